// Of solve(): against functions of the check's own.
#include <fmt/format.h>
#include <zeroth/abi.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <filesystem>
#include <limits>
#include <thread>
#include <vector>

#include "check/at_once.hpp"
#include "check/child.hpp"
#include "check/context.hpp"
#include "check/probe_run.hpp"
#include "plugins/trainer.hpp"
#include "user_error.hpp"

namespace zeroth::host::check {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr const char* alone_in_process = "it says that each run needs a process of its own";

bool handles_bounds(Context& context) {
  return (context.descriptor().capabilities & ZEROTH_HANDLES_BOUNDS) != 0;
}

// In a process of its own a run meets no other instance of its library.
bool owns_process(Context& context) {
  return (context.descriptor().capabilities & ZEROTH_OWN_PROCESS) != 0;
}

// The usual run: a quadratic, in a wide box where the optimizer can keep to one.
ProbeSettings usual(Context& context, std::size_t dimension = 5) {
  ProbeSettings settings;
  for (std::size_t j = 0; j < dimension; ++j)
    settings.start.push_back(1.0 - 0.5 * static_cast<double>(j % 5));
  if (handles_bounds(context)) {
    settings.lower.assign(dimension, -50.0);
    settings.upper.assign(dimension, 50.0);
  }
  settings.iteration_budget = 6;
  settings.query_budget = 500;
  return settings;
}

// That solve() ended well, and kept to the points it may ask for.
void require_good(zeroth_status status, const ProbeRun& run, const std::string& where) {
  if (!run.violation().empty())
    fail(fmt::format("{}, it asks for a point that it may not: {}", where, run.violation()));
  if (status != ZEROTH_OK)
    fail(fmt::format("{}, solve() answers an error: {}", where,
                     failure_text(status, run.failure().c_str())));
}

void solve(const Optimizer& optimizer, ProbeRun& run, const std::string& where) {
  require_good(run.give_to(optimizer), run, where);
}

void solves(Context& context) {
  const Optimizer optimizer = context.optimizer();
  ProbeRun run(usual(context));
  solve(optimizer, run, "on a quadratic of dimension 5");
  if (run.queries() == 0) warn("it asks for no value");
  if (run.iterations() == 0)
    warn("it never calls iterate(): no loss but that of the start is recorded");
}

void dimensions(Context& context) {
  const Optimizer optimizer = context.optimizer();
  for (const std::size_t d : {std::size_t{1}, std::size_t{2}, std::size_t{200}}) {
    ProbeRun run(usual(context, d));
    solve(optimizer, run, fmt::format("in dimension {}", d));
  }
}

void budgets(Context& context) {
  const Optimizer optimizer = context.optimizer();
  ProbeRun whole(usual(context));
  solve(optimizer, whole, "on a quadratic");
  const auto with = [&](std::uint64_t queries, std::uint64_t iterations) {
    ProbeSettings settings = usual(context);
    settings.query_budget = queries;
    settings.iteration_budget = iterations;
    ProbeRun run(settings);
    solve(optimizer, run,
          fmt::format(
              "with a budget of {} and {}",
              queries == unlimited ? "any number of queries" : fmt::format("{} queries", queries),
              iterations == unlimited ? "any number of iterations"
                                      : fmt::format("{} iterations", iterations)));
  };
  for (const std::uint64_t queries : {std::uint64_t{0}, std::uint64_t{1}, whole.queries(),
                                      whole.queries() == 0 ? 0 : whole.queries() - 1})
    with(queries, unlimited);
  for (const std::uint64_t iterations : {0, 1}) with(unlimited, iterations);
  with(unlimited, unlimited);  // told to stop all the same
}

void stop(Context& context) {
  const Optimizer optimizer = context.optimizer();
  ProbeSettings settings = usual(context);
  settings.query_budget = 200;
  ProbeRun whole(settings);
  solve(optimizer, whole, "on a quadratic");
  for (std::uint64_t call = 1; call <= std::min<std::uint64_t>(whole.calls(), 250); ++call) {
    settings.answer_call = call;
    ProbeRun run(settings);
    const std::string where = fmt::format("told to stop at call {}", call);
    solve(optimizer, run, where);
    const std::uint64_t more = run.calls_after_stop();
    if (more > 10) fail(fmt::format("{}, it makes {} calls more", where, more));
    if (more > 0) warn(fmt::format("{}, it makes {} calls more before it returns", where, more));
  }
}

// With bad values at every `every`-th query.
void survive(Context& context, double bad, bool discards, const std::string& what) {
  const Optimizer optimizer = context.optimizer();
  for (const std::uint64_t every : {1u, 2u, 3u, 7u, 21u}) {
    ProbeSettings settings = usual(context);
    settings.iteration_budget = 30;
    settings.discards = discards;
    settings.objective = [bad, every](std::uint64_t query, std::span<const double> x) {
      return query % every == 0 ? bad : quadratic(x);
    };
    ProbeRun run(settings);
    solve(optimizer, run,
          every == 1 ? fmt::format("where every value is {}", what)
                     : fmt::format("where each {}. value is {}", every, what));
  }
}

void failed_points(Context& context) { survive(context, nan, true, "NaN with DISCARD"); }

// The host ends a run that meets such values, or such points: what is left to fear is a crash.
void not_finite(Context& context) {
  try {
    survive(context, nan, false, "NaN with OK");
    survive(context, inf, false, "infinity");
    survive(context, -inf, false, "-infinity");
    survive(context, 1e100, false, "1e100");
  } catch (const Ended& ended) {
    if (ended.finding.verdict != Verdict::fail) throw;
    warn(ended.finding.reason);
  }
}

void bounds(Context& context) {
  if (!handles_bounds(context))
    skip("it does not say that it handles bounds: the host gives it unbounded problems alone");
  const Optimizer optimizer = context.optimizer();
  const auto outwards = [](std::uint64_t, std::span<const double> x) {
    return -1e6 * quadratic(x);
  };
  ProbeSettings settings = usual(context);
  settings.iteration_budget = 60;
  settings.query_budget = 2000;
  settings.start = {1.0, 0.0, 2.0, -2.0, 0.0, 0.25};
  settings.lower = {0.0, 0.0, 1.5, -3.0, -1.0, 0.25};  // at corners, and no room at all
  settings.upper = {1.0, 1.0, 2.5, -1.0, 1.0, 0.25};
  ProbeRun inwards(settings);
  solve(optimizer, inwards, "in a box, from a corner");
  settings.objective = outwards;
  ProbeRun pushed(settings);
  solve(optimizer, pushed, "in a box, on a function that falls outwards");
  // Infinite bounds: they may be refused, but not left.
  const std::vector<double> lower{0.0, 0.0, 1.5, -inf, -inf, 0.25};
  const std::vector<double> upper{1.0, 1.0, inf, -1.0, inf, 0.25};
  settings.objective = usual(context).objective;
  for (const auto& [low, high] : {std::pair(lower, upper), std::pair(lower, std::vector<double>()),
                                  std::pair(std::vector<double>(), upper)}) {
    settings.lower = low;
    settings.upper = high;
    ProbeRun run(settings);
    const zeroth_status status = run.give_to(optimizer);
    if (status == ZEROTH_OK || !run.violation().empty() || run.failure().empty())
      require_good(status, run, "between bounds of which some are infinite");
  }
}

void unbounded(Context& context) {
  if ((context.descriptor().capabilities & ZEROTH_NEEDS_BOUNDS) != 0)
    skip("it says that it needs bounds: the host gives it no problem without");
  const Optimizer optimizer = context.optimizer();
  ProbeSettings settings = usual(context);
  settings.lower.clear();
  settings.upper.clear();
  ProbeRun run(settings);
  const zeroth_status status = run.give_to(optimizer);
  if (status != ZEROTH_OK && run.violation().empty() && !run.failure().empty())
    pass("refused: " + run.failure());
  require_good(status, run, "without bounds");
}

void repeats(Context& context) {
  const ProbeSettings settings = usual(context);
  const Optimizer first = context.optimizer();
  ProbeRun alone(settings), again(settings), elsewhere(settings);
  solve(first, alone, "on a quadratic");
  solve(first, again, "solving again");
  if (!alone.same_as(again)) fail("the same run on the same instance gives other points");
  if (owns_process(context)) return;
  solve(context.optimizer(), elsewhere, "on a second instance");
  if (!alone.same_as(elsewhere)) fail("the same run on a second instance gives other points");
}

void seed(Context& context) {
  const Optimizer optimizer = context.optimizer();
  ProbeSettings settings = usual(context);
  bool same = true;
  const auto compare = [&](const char* where) {
    settings.seed = 1;
    ProbeRun one(settings);
    settings.seed = 2;
    ProbeRun two(settings);
    solve(optimizer, one, fmt::format("{}, with seed 1", where));
    solve(optimizer, two, fmt::format("{}, with seed 2", where));
    same = same && one.same_as(two);
  };
  compare("on a quadratic");
  // Some draw only where they get nowhere, or where one direction is all that matters.
  settings.objective = [](std::uint64_t, std::span<const double>) { return 1.0; };
  compare("on a constant");
  settings.iteration_budget = 200;
  settings.query_budget = 5000;
  settings.objective = [](std::uint64_t, std::span<const double> x) {
    double along = 0.0;
    for (std::size_t j = 0; j < x.size(); ++j) along += static_cast<double>(j + 1) * x[j];
    return along * along;
  };
  compare("in a valley");
  if ((context.descriptor().capabilities & ZEROTH_IGNORES_SEED) != 0) {
    same ? pass("It says that it draws nothing at random.")
         : fail("it says that it draws nothing at random, and another seed gives other points");
  }
  if (same)
    warn("two seeds give the same points: right for an optimizer that draws nothing at random");
}

void independent(Context& context) {
  if (owns_process(context)) skip(alone_in_process);
  const Descriptor& descriptor = context.descriptor();
  const ProbeSettings settings = usual(context);
  ProbeRun alone(settings);
  solve(context.optimizer(), alone, "on a quadratic");
  Values other = context.values();  // what can be changed by a little
  for (std::size_t i = 0; i < other.size(); ++i) {
    const Parameter& p = descriptor.parameters[i];
    if (auto* real = std::get_if<double>(&other[i])) {
      const double larger = *real * 1.5 + 1e-3;
      if (larger < p.real_max) *real = larger;
    } else if (auto* integer = std::get_if<std::int64_t>(&other[i])) {
      if (*integer < p.integer_max) ++*integer;
    }
  }
  const Optimizer subject = context.optimizer();
  try {
    const Optimizer neighbour = context.optimizer(other);
    ProbeRun run(settings);
    static_cast<void>(run.give_to(neighbour));
  } catch (const Ended&) {  // those values go not together
    static_cast<void>(context.optimizer());
  }
  ProbeRun afterwards(settings);
  solve(subject, afterwards, "after another instance was made, used and destroyed");
  if (!alone.same_as(afterwards))
    fail("an instance gives other points once another, with other parameters, was there");
}

void parallel(Context& context) {
  if (context.descriptor().one_at_a_time != nullptr)
    skip("it says that the library takes one call at a time");
  if (owns_process(context)) skip(alone_in_process);
  constexpr std::size_t count = 4;
  const auto settings_of = [&](std::size_t i) {
    ProbeSettings settings = usual(context);
    settings.iteration_budget = 20;
    settings.seed = i;
    return settings;
  };
  std::deque<Optimizer> optimizers;
  std::deque<ProbeRun> alone, together;
  const auto started = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    optimizers.push_back(context.optimizer());
    solve(optimizers.back(), alone.emplace_back(settings_of(i)), "on a quadratic");
  }
  // Every run has made a query before any goes on.  On one processor they take what they took one
  // after the other.
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  Meeting all_inside(count, std::chrono::seconds(3) + 2 * took);
  for (std::size_t i = 0; i < count; ++i) {
    ProbeSettings settings = settings_of(i);
    settings.objective = [&all_inside](std::uint64_t query, std::span<const double> x) {
      if (query == 1 && !all_inside.wait())
        conclude({Verdict::fail, "its runs wait for one another: say ZEROTH_THREADS_LIBRARY"});
      std::this_thread::yield();
      return quadratic(x);
    };
    together.emplace_back(settings);
  }
  std::vector<zeroth_status> statuses(count);
  std::vector<std::thread> threads;
  threads.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      statuses[i] = together[i].give_to(optimizers[i]);
      if (together[i].queries() == 0) all_inside.go_on_without();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < count; ++i) {
    require_good(statuses[i], together[i], "with four runs at once");
    if (!alone[i].same_as(together[i]))
      fail("of four runs at once, one gives other points than alone");
  }
}

void refusals(Context& context) {
  const Optimizer optimizer = context.optimizer();
  for (const zeroth_status answer :
       {ZEROTH_BAD_ARGUMENT, ZEROTH_OUT_OF_MEMORY, ZEROTH_INSTANCE_DEAD}) {
    for (const std::uint64_t call : {1u, 2u, 3u}) {
      ProbeSettings settings = usual(context);
      settings.answer_call = call;
      settings.answer = answer;
      ProbeRun run(settings);
      const std::string where = fmt::format("when the host answers {} at call {}", answer, call);
      zeroth_status status = ZEROTH_OK;
      try {
        status = run.give_to(optimizer);
      } catch (...) {
        fail(where + ", an exception leaves solve()");
      }
      if (run.calls() < call) continue;  // it was done before
      if (status >= 0) fail(fmt::format("{}, solve() answers {}, no error", where, status));
      if (run.calls_after_stop() > 10) fail(where + ", it goes on");
    }
  }
}

bool close(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double u, double v) {
    return std::abs(u - v) <= 1e-6 * (1.0 + std::abs(v));  // a plugin may keep them as float
  });
}

// Objectives and gradients of all windows of an episode, in order.
std::vector<double> episode(Context& context, const Trainer& trainer) {
  ProbeSettings settings = usual(context);
  settings.query_budget = unlimited;
  settings.is_training = true;
  ProbeRun run(settings);
  Trainer::Episode episode(trainer, run.lend());
  std::vector<double> said, gradient;
  for (int windows = 0; windows < 20; ++windows) {
    double objective = 0.0;
    const Trainer::Window answer = episode.window(2, objective, gradient);
    if (!run.violation().empty())
      fail("in training it asks for a point that it may not: " + run.violation());
    if (answer == Trainer::Window::not_finite) fail("on a quadratic, window() answers DISCARD");
    if (answer == Trainer::Window::stop) {
      if (windows == 0) fail("the first window() answers STOP");
      return said;
    }
    said.push_back(objective);
    said.insert(said.end(), gradient.begin(), gradient.end());
    if (!std::all_of(said.begin(), said.end(), [](double v) { return std::isfinite(v); }))
      fail("window() answers OK, but its objective or gradient is not finite");
  }
  fail("the run is over, but window() does not answer STOP");
}

void trains(Context& context) {
  const Descriptor& descriptor = context.descriptor();
  if (!descriptor.training) skip("it has no trainable/1");
  if (owns_process(context)) skip(alone_in_process);
  const TrainingDescriptor& training = *descriptor.training;
  const Values defaults =
      bind_one(descriptor.id, training.parameters, {}, "", [](const std::string& path, bool) {
        return ResolvedPath{path, ""};
      }).values;
  Values values = context.values();
  const auto trainer_of = [&](std::uint64_t seed, void (*refused)(const std::string&)) {
    try {
      return Trainer(descriptor, values, defaults, seed, "");
    } catch (const UserError& refusal) {
      refused(refusal.what());
      throw;
    }
  };
  Trainer trainer = trainer_of(1, skip);
  std::vector<double> weights = trainer.weights();
  if (weights.empty()) fail("it has no weights");
  if (weights != trainer_of(1, fail).weights())
    fail("the same seed gives other weights to begin with");
  if (episode(context, trainer) != episode(context, trainer))
    fail("the same episode again has other objectives or gradients");
  for (double& each : weights) each += 1e-3;
  trainer.set(weights);
  if (!close(trainer.weights(), weights)) fail("get() gives other weights than set() was given");
  const std::string file = std::filesystem::temp_directory_path() / "weights";
  trainer.save(file, "of a check");
  for (std::size_t i = 0; i < values.size(); ++i)
    if (descriptor.parameters[i].name == training.weights) values[i] = file;
  if (!close(trainer_of(2, fail).weights(), weights))
    fail("started from what save() wrote, it has other weights");
  ProbeRun run(usual(context));
  try {
    solve(Optimizer(descriptor, values, ""), run, "with the weights that save() wrote");
  } catch (const UserError& refusal) {  // it may take more than one training to have all weights
    pass(fmt::format("It does not run with what save() wrote: {}", refusal.what()));
  }
}

}  // namespace

void add_optimizer_tests(std::vector<Test>& tests) {
  const auto add = [&tests](const char* name, const char* claim, const char* needs,
                            void (*body)(Context&)) {
    tests.push_back({Scope::optimizer, name, claim, needs, body});
  };
  add("solves", "It gets through a run on a quadratic, and says where it is.", "creates", solves);
  add("dimensions", "It works in dimensions 1, 2 and 200.", "solves", dimensions);
  add("budgets", "It takes any budget: none, 0, 1, exactly enough.", "solves", budgets);
  add("stop", "Told to stop, at whichever call, it returns OK without another call.", "solves",
      stop);
  add("failed-points", "Points that fail (NaN, DISCARD) do no harm.", "solves", failed_points);
  add("not-finite", "NaN, infinity and huge values do no harm, even when told all is well.",
      "solves", not_finite);
  add("bounds", "It never leaves the bounds, if it says that it handles them.", "solves", bounds);
  add("unbounded", "It solves a problem without bounds, or refuses it with a reason.", "solves",
      unbounded);
  add("repeats", "The same seed gives the same points, bit for bit.", "solves", repeats);
  add("seed", "Another seed gives other points.", "solves", seed);
  add("independent", "Its instances do not disturb one another.", "repeats", independent);
  add("parallel", "Four runs at once give the same points as one after the other.", "repeats",
      parallel);
  add("refusals", "An error of the host ends solve() with an error, and no exception leaves it.",
      "solves", refusals);
  add("trains", "An episode of training repeats and ends, and weights are what was set and saved.",
      "parameters", trains);
}

}  // namespace zeroth::host::check
