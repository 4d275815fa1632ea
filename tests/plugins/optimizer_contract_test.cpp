// What holds for every optimizer library that was built.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <limits>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/fake_run.hpp"
#include "support/plugin_library.hpp"
#include "support/zo_lstm_weights.hpp"

using namespace zeroth::test;

namespace {

const std::vector<const zeroth_optimizer*>& all_optimizers() {
  static const std::vector<const zeroth_optimizer*> found = [] {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(PluginLibrary::folder())) {
      if (entry.path().extension() == ".so") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::vector<const zeroth_optimizer*> optimizers;
    for (const auto& file : files) {
      for (const zeroth_optimizer* each : PluginLibrary(file).optimizers())
        optimizers.push_back(each);
    }
    return optimizers;
  }();
  return found;
}

// Calls body(optimizer) for each, in a section of its name.
template <typename Body>
void for_each_optimizer(const Body& body) {
  REQUIRE(all_optimizers().size() >= 5);
  for (const zeroth_optimizer* optimizer : all_optimizers()) {
    DYNAMIC_SECTION(optimizer->id) { body(*optimizer); }
  }
}

RunSettings quadratic_from(std::vector<double> start, std::uint64_t iterations) {
  RunSettings settings;
  settings.objective = quadratic;
  settings.start = std::move(start);
  settings.iteration_budget = iterations;
  return settings;
}
RunSettings small_run(std::uint64_t iterations = 6) {
  return quadratic_from({1.0, -2.0, 0.5, 3.0, 0.0}, iterations);
}

// What has no default that works: learned weights.
Overrides needed(const zeroth_optimizer& optimizer) {
  static const TemporaryFolder folder;
  static const std::string weights = descending_weights(folder).string();
  for (std::uint64_t i = 0; i < optimizer.parameter_count; ++i) {
    if (std::string(optimizer.parameters[i]->name) == "weights") return {{"weights", weights}};
  }
  return {};
}

bool can(const zeroth_optimizer& optimizer, std::uint64_t capability) {
  return (optimizer.capabilities & capability) != 0;
}

// An optimizer that needs bounds gets some.
RunSettings suited(const zeroth_optimizer& optimizer, RunSettings settings) {
  if (!can(optimizer, ZEROTH_NEEDS_BOUNDS) || !settings.lower.empty()) return settings;
  settings.lower.assign(settings.start.size(), -3.0);
  settings.upper.assign(settings.start.size(), 3.0);
  return settings;
}

// Solves with default parameters and checks what must hold in every run.
Trace solve(const zeroth_optimizer& optimizer, const RunSettings& settings) {
  const auto instance = make(optimizer, needed(optimizer));
  FakeRun run(suited(optimizer, settings));
  CHECK(optimizer.solve(instance.get(), run.abi()) == ZEROTH_OK);
  CHECK(run.failure().empty());
  CHECK(run.violation().empty());
  CHECK(run.calls_after_stop() == 0);
  return run.trace();
}

bool is_word(const std::string& text, char separator) {
  return !text.empty() && std::islower(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), [separator](unsigned char c) {
           return std::islower(c) || std::isdigit(c) || c == separator;
         });
}

void check_parameter(const zeroth_parameter& p) {
  CHECK(p.struct_size == sizeof p);
  CHECK(is_word(p.name, '_'));
  CHECK_FALSE(std::string(p.doc).empty());
  REQUIRE(p.text != nullptr);
  switch (p.type) {
    case ZEROTH_REAL:
      CHECK(p.real >= p.real_min);
      CHECK(p.real <= p.real_max);
      if (p.flags & ZEROTH_EXCLUSIVE_MINIMUM) CHECK(p.real > p.real_min);
      if (p.flags & ZEROTH_EXCLUSIVE_MAXIMUM) CHECK(p.real < p.real_max);
      break;
    case ZEROTH_INTEGER:
    case ZEROTH_BOOLEAN:
      CHECK(p.integer >= p.integer_min);
      CHECK(p.integer <= p.integer_max);
      break;
    case ZEROTH_CHOICE: {
      REQUIRE(p.choices != nullptr);
      std::set<std::string> choices;
      for (const char* const* c = p.choices; *c != nullptr; ++c) choices.insert(*c);
      CHECK(choices.count(p.text) == 1);
      break;
    }
    default:
      CHECK((p.type == ZEROTH_TEXT || p.type == ZEROTH_PATH));
  }
}

}  // namespace

TEST_CASE("an optimizer describes itself in full", "[contract]") {
  for_each_optimizer([](const zeroth_optimizer& optimizer) {
    CHECK(optimizer.struct_size == sizeof optimizer);
    CHECK(is_word(optimizer.id, '-'));
    CHECK_FALSE(std::string(optimizer.name).empty());
    CHECK_FALSE(std::string(optimizer.version).empty());
    CHECK(std::string(optimizer.doc).find('.') != std::string::npos);
    CHECK_FALSE(std::string(optimizer.reference).empty());
    CHECK(
        (optimizer.threads >= ZEROTH_THREADS_INSTANCE && optimizer.threads <= ZEROTH_THREADS_ANY));
    CHECK(optimizer.extension(&optimizer, "no such extension/1") == nullptr);
    std::set<std::string> names;
    for (std::uint64_t i = 0; i < optimizer.parameter_count; ++i) {
      INFO(optimizer.parameters[i]->name);
      check_parameter(*optimizer.parameters[i]);
      CHECK(names.insert(optimizer.parameters[i]->name).second);
    }
  });
}

TEST_CASE("no two optimizers share an id", "[contract]") {
  std::set<std::string> ids;
  for (const zeroth_optimizer* optimizer : all_optimizers())
    CHECK(ids.insert(optimizer->id).second);
}

TEST_CASE("an optimizer spends no query beyond its budget", "[contract]") {
  for_each_optimizer([](const zeroth_optimizer& optimizer) {
    const std::uint64_t three_iterations = solve(optimizer, small_run(3)).queries();
    for (const std::uint64_t budget :
         {std::uint64_t{0}, std::uint64_t{1}, three_iterations - 1, three_iterations}) {
      CAPTURE(budget);
      RunSettings settings = small_run(unlimited);
      settings.query_budget = budget;
      const Trace trace = solve(optimizer, settings);
      CHECK(trace.queries() <= budget);
      if (budget == three_iterations) CHECK(trace.iterates.size() == 3);
    }
  });
}

TEST_CASE("an optimizer makes exactly the iterations it was given", "[contract]") {
  for_each_optimizer([](const zeroth_optimizer& optimizer) {
    for (const std::uint64_t budget : {0u, 1u, 2u, 7u}) {
      CAPTURE(budget);
      CHECK(solve(optimizer, small_run(budget)).iterates.size() == budget);
    }
  });
}

TEST_CASE("an optimizer that is told to stop at any call stops there", "[contract]") {
  for_each_optimizer([](const zeroth_optimizer& optimizer) {
    const Trace whole = solve(optimizer, small_run());
    for (std::uint64_t call = 1; call <= whole.batches.size() + whole.iterates.size(); ++call) {
      CAPTURE(call);
      RunSettings settings = small_run();
      settings.answer_call = call;
      const Trace part = solve(optimizer, settings);
      CHECK(part.batches.size() + part.iterates.size() == call - 1);
      REQUIRE(part.iterates.size() <= whole.iterates.size());
      CHECK(std::equal(part.iterates.begin(), part.iterates.end(), whole.iterates.begin()));
    }
  });
}

TEST_CASE("an optimizer that is refused a call returns the error", "[contract]") {
  for_each_optimizer([](const zeroth_optimizer& optimizer) {
    for (const std::uint64_t call : {1u, 2u, 3u}) {
      RunSettings settings = small_run();
      settings.answer_call = call;
      settings.answer = ZEROTH_BAD_ARGUMENT;
      const auto instance = make(optimizer, needed(optimizer));
      FakeRun run(suited(optimizer, settings));
      CHECK(optimizer.solve(instance.get(), run.abi()) == ZEROTH_BAD_ARGUMENT);
      CHECK_FALSE(run.failure().empty());
      CHECK(run.calls() == call);
    }
  });
}

TEST_CASE("an optimizer repeats a run bit for bit, also on the same instance", "[contract]") {
  for_each_optimizer([](const zeroth_optimizer& optimizer) {
    const auto instance = make(optimizer, needed(optimizer));
    FakeRun first(suited(optimizer, small_run())), second(suited(optimizer, small_run()));
    CHECK(optimizer.solve(instance.get(), first.abi()) == ZEROTH_OK);
    CHECK(optimizer.solve(instance.get(), second.abi()) == ZEROTH_OK);
    CHECK(first.trace() == second.trace());
    CHECK(solve(optimizer, small_run()) == first.trace());
  });
}

TEST_CASE("an optimizer draws other numbers from another seed, or says that it does not",
          "[contract]") {
  for_each_optimizer([](const zeroth_optimizer& optimizer) {
    RunSettings one = small_run(200);
    one.objective =
        [](std::span<const double> x) {  // a long valley: some draw only where it is hard
          double sum = 0, scale = 1;
          for (const double v : x) {
            sum += scale * (v - 0.3) * (v - 0.3);
            scale *= 100;
          }
          return sum;
        };
    RunSettings other = one;
    other.seed = 2;
    const bool same = solve(optimizer, other) == solve(optimizer, one);
    CHECK(same == can(optimizer, ZEROTH_IGNORES_SEED));
  });
}

TEST_CASE("instances of an optimizer that run at once do not disturb each other", "[contract]") {
  for_each_optimizer([](const zeroth_optimizer& optimizer) {
    if (optimizer.threads == ZEROTH_THREADS_LIBRARY) return;
    constexpr std::size_t count = 4;
    std::vector<Trace> alone, together(count);
    const auto settings = [&optimizer](std::size_t i) {
      RunSettings s = suited(optimizer, small_run(100));
      s.seed = i;
      return s;
    };
    for (std::size_t i = 0; i < count; ++i) alone.push_back(solve(optimizer, settings(i)));
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        const auto instance = make(optimizer, needed(optimizer));
        FakeRun run(settings(i));
        optimizer.solve(instance.get(), run.abi());
        together[i] = run.trace();
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(alone == together);
  });
}

TEST_CASE("an optimizer that handles bounds never leaves them", "[contract]") {
  for_each_optimizer([](const zeroth_optimizer& optimizer) {
    if ((optimizer.capabilities & ZEROTH_HANDLES_BOUNDS) == 0) return;
    const double inf = std::numeric_limits<double>::infinity();
    // Two sides, at a corner, one side only, none, and no room at all.
    RunSettings settings = quadratic_from({1.0, 0.0, 2.0, -2.0, 0.0, 0.25}, 100);
    settings.lower = {0.0, 0.0, 1.5, -inf, -inf, 0.25};
    settings.upper = {1.0, 1.0, inf, -1.0, inf, 0.25};
    if (!can(optimizer, ZEROTH_NEEDS_BOUNDS)) solve(optimizer, settings);
    settings.objective = [](std::span<const double> x) {
      return -1e6 * quadratic(x);
    };  // pushes out
    settings.lower = {0.0, 0.0, 1.5, -3.0, -1.0, 0.25};
    settings.upper = {1.0, 1.0, 2.5, -1.0, 1.0, 0.25};
    solve(optimizer, settings);
    settings.upper.clear();
    settings.objective = quadratic;
    if (!can(optimizer, ZEROTH_NEEDS_BOUNDS)) solve(optimizer, settings);
  });
}

TEST_CASE("an optimizer that needs bounds says so before it asks for a value", "[contract]") {
  for_each_optimizer([](const zeroth_optimizer& optimizer) {
    if (!can(optimizer, ZEROTH_NEEDS_BOUNDS)) return;
    CHECK(can(optimizer, ZEROTH_HANDLES_BOUNDS));
    RunSettings settings = small_run();
    settings.lower.assign(5, -3.0);
    settings.upper = {3.0, 3.0, std::numeric_limits<double>::infinity(), 3.0, 3.0};
    const auto instance = make(optimizer, needed(optimizer));
    FakeRun run(settings);
    CHECK(optimizer.solve(instance.get(), run.abi()) == ZEROTH_BAD_ARGUMENT);
    CHECK(run.failure().find("coordinate 2") != std::string::npos);
    CHECK(run.calls() == 0);
  });
}

TEST_CASE("points that fail do not poison an optimizer", "[contract]") {
  for_each_optimizer([](const zeroth_optimizer& optimizer) {
    for (const unsigned every : {1u, 2u, 3u, 5u, 21u}) {
      CAPTURE(every);
      unsigned asked = 0;
      RunSettings settings = small_run(50);
      settings.objective = [&asked, every](std::span<const double> x) {
        return asked++ % every == 0 ? std::numeric_limits<double>::quiet_NaN() : quadratic(x);
      };
      CHECK(solve(optimizer, settings).iterates.size() == 50);
    }
  });
}

TEST_CASE("an optimizer moves again after an iteration in which every point failed", "[contract]") {
  for_each_optimizer([](const zeroth_optimizer& optimizer) {
    unsigned asked = 0;
    RunSettings settings = small_run(60);
    settings.objective = [&asked](std::span<const double> x) {
      return asked++ < 25 ? std::numeric_limits<double>::quiet_NaN() : quadratic(x);
    };
    CHECK(solve(optimizer, settings).iterates.back() != settings.start);
  });
}

TEST_CASE("an optimizer finds its way out of a region where all points fail", "[contract]") {
  for_each_optimizer([](const zeroth_optimizer& optimizer) {
    RunSettings settings = small_run(200);
    // The least value is beyond the border.
    settings.objective = [](std::span<const double> x) {
      return x[0] < 0.9 ? std::numeric_limits<double>::quiet_NaN() : quadratic(x);
    };
    const Trace trace = solve(optimizer, settings);
    const auto inside = std::count_if(trace.iterates.begin(), trace.iterates.end(),
                                      [](const std::vector<double>& x) { return x[0] >= 0.9; });
    CHECK(3 * inside >= static_cast<std::ptrdiff_t>(trace.iterates.size()));
  });
}

TEST_CASE("the unit of the objective does not matter to CMA-ES", "[contract]") {
  const auto run = [](double unit) {
    RunSettings settings = quadratic_from({1.0, -2.0, 0.5}, 400);
    settings.objective = [unit](std::span<const double> x) { return unit * (1 + quadratic(x)); };
    const auto found = std::find_if(
        all_optimizers().begin(), all_optimizers().end(),
        [](const zeroth_optimizer* each) { return std::string(each->id) == "cma-es"; });
    REQUIRE(found != all_optimizers().end());
    return solve(**found, settings).iterates;
  };
  CHECK(run(1.0) == run(0x1p-60));
}

TEST_CASE("an optimizer works in dimension 1 and in dimension 1000", "[contract]") {
  for_each_optimizer([](const zeroth_optimizer& optimizer) {
    for (const std::size_t d : {std::size_t{1}, std::size_t{1000}}) {
      CAPTURE(d);
      const std::uint64_t iterations =
          d == 1 ? 20 : 2;  // that of a covariance matrix takes seconds
      const Trace trace = solve(optimizer, quadratic_from(std::vector<double>(d, 1.0), iterations));
      REQUIRE(trace.iterates.size() == iterations);
      CHECK(trace.batches.front().x.size() == trace.batches.front().f.size() * d);
    }
  });
}

TEST_CASE("an optimizer gets down a quadratic", "[contract]") {
  for_each_optimizer([](const zeroth_optimizer& optimizer) {
    const RunSettings settings = quadratic_from(std::vector<double>(10, 2.0), 1000);
    const Trace trace = solve(optimizer, settings);
    CHECK(quadratic(trace.iterates.back()) < 0.5 * quadratic(settings.start));
  });
}

TEST_CASE(
    "optimizers that estimate gradients say so in the trace, and take given estimates instead",
    "[contract]") {
  const std::set<std::string> estimating{"guided-es", "zo-adam", "zo-lstm", "zo-sgd", "zo-signsgd"};
  for_each_optimizer([&](const zeroth_optimizer& optimizer) {
    if (estimating.count(optimizer.id) == 0) return;
    const Trace trace = solve(optimizer, small_run());
    const auto& estimates = trace.internals.at("estimate");
    REQUIRE(estimates.size() == trace.iterates.size());
    REQUIRE(trace.internals.at("update").size() == trace.iterates.size());

    RunSettings given = small_run(unlimited);
    for (const auto& each : estimates)
      given.estimates.insert(given.estimates.end(), each.begin(), each.end());
    const Trace again = solve(optimizer, given);
    CHECK(again.batches.empty());
    CHECK(again.internals.at("estimate") == estimates);
    CHECK(again.internals.at("update") == trace.internals.at("update"));
    CHECK(again.iterates == trace.iterates);
  });
}
