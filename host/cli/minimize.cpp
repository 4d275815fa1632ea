// `zeroth minimize`: options -> plugins -> plan of one run -> run -> store -> the best point.
#include <fmt/color.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "awake_clock.hpp"
#include "cli/commands.hpp"
#include "cli/environment.hpp"
#include "cli/paths.hpp"
#include "cli/preparation.hpp"
#include "cli/search_file.hpp"
#include "isolate/isolation.hpp"
#include "plan/plan.hpp"
#include "plugins/registry.hpp"
#include "printable.hpp"
#include "run/alone.hpp"
#include "spec/document.hpp"
#include "store/store.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

// An experiment of one run, as a file would ask for it.
Experiment experiment_of(const MinimizeOptions& options) {
  Experiment experiment;
  experiment.file = "minimize";
  experiment.title = options.command;
  experiment.seed = options.seed;
  experiment.budget.queries = options.queries;
  experiment.budget.seconds = options.seconds;
  experiment.budget.target = options.target;
  if (options.seconds && *options.seconds <= 0) throw UserError("--seconds", "must be above 0");

  ProblemSpec problem;
  problem.id = "command";
  problem.where = problem.instances_where = "command line";
  problem.instances = {false, {{0, 0}}};
  const auto give = [&](const char* name, Value value) {
    const auto* text = std::get_if<std::string>(&value);
    if (text != nullptr && printable(*text) != *text) {
      throw UserError(std::string("--") + name, "is not UTF-8, or has control characters",
                      "a script may hold what it starts");
    }
    problem.settings.push_back({name, {std::move(value)}, std::string("--") + name});
  };
  give("command", options.command);
  if (options.dimension != 0) give("dimension", options.dimension);
  if (!options.bounds.empty()) give("bounds", options.bounds);
  if (!options.start.empty()) give("start", options.start);
  if (!options.protocol.empty()) give("protocol", options.protocol);
  if (options.batch != 1) give("batch", options.batch);
  if (options.timeout != 0) give("timeout", options.timeout);

  OptimizerSpec optimizer;
  optimizer.id = options.optimizer;
  optimizer.where = "--optimizer";
  for (const std::string& each : options.settings) {
    Setting setting = Document::setting(each);
    if (setting.values.size() != 1)
      throw UserError(setting.where, "is a list, but nothing is swept here", "give one value");
    const bool of_problem = setting.name.starts_with("problem.");
    if (of_problem) setting.name.erase(0, std::string("problem.").size());
    (of_problem ? problem.settings : optimizer.settings).push_back(std::move(setting));
  }
  experiment.problems.push_back(std::move(problem));
  experiment.optimizers.push_back(std::move(optimizer));
  return experiment;
}

// Says what is wrong with the name before any work; what takes it meanwhile is found later.
void check_output(const MinimizeOptions& options) {
  std::error_code ignored;
  Database::check(options.output.empty() ? "minimize.zeroth" : options.output, Store::kind());
  if (!options.output.empty() && fs::exists(options.output, ignored))
    refuse_present(options.output);
}

// What is looked for is in the file; how far to go may be said anew.
MinimizeOptions gone_on_with(const MinimizeOptions& given, MinimizeOptions earlier) {
  if (given.queries) earlier.queries = given.queries;
  if (given.seconds) earlier.seconds = given.seconds;
  if (given.target) earlier.target = given.target;
  if (given.timeout != 0) {
    earlier.timeout = given.timeout;
    std::erase_if(earlier.settings,
                  [](const std::string& each) { return each.starts_with("problem.timeout="); });
  }
  earlier.resume = given.resume;
  earlier.threads = given.threads;
  earlier.json = given.json;
  return earlier;
}

// Points that failed for want of time, and those after which the search ended, get another try.
void forget_failures(std::vector<Evaluation>& known, bool had_less_time) {
  const auto failed = [](const Evaluation& each) { return std::isnan(each.f); };
  if (had_less_time) std::erase_if(known, failed);
  while (!known.empty() && failed(known.back())) known.pop_back();
}

Incumbent best_of(const std::vector<Evaluation>& known) {
  Incumbent best;
  for (const Evaluation& each : known) {
    if (std::isfinite(each.f) && !(best.f <= each.f)) best = {each.x, each.f, each.query};
  }
  return best;
}

const Incumbent& better_of(const Incumbent& one, const Incumbent& other) {
  return other.x.empty() || one.f <= other.f ? one : other;
}

std::uint64_t last_query_of(const std::vector<Evaluation>& known) {
  std::uint64_t last = 0;
  for (const Evaluation& each : known) last = std::max(last, each.query);
  return last;
}

double seconds_since(AwakeClock::time_point start) {
  return std::chrono::duration<double>(AwakeClock::now() - start).count();
}

/// How far, how good, and how long still.
class MinimizeProgress {
 public:
  /// known  queries that cost no time
  MinimizeProgress(Terminal& terminal, const MinimizeOptions& options, std::uint64_t known)
      : terminal_(terminal), options_(options), known_(known) {}

  void look(const Standing& now) {
    const double elapsed = seconds_since(started_);
    std::string line = options_.queries
                           ? fmt::format("{}/{} queries", now.queries, *options_.queries)
                           : fmt::format("{} queries", now.queries);
    if (!now.best.x.empty()) line += fmt::format(", best {:.6g}", now.best.f);
    const double done = part_done(now, elapsed);
    line += done > 0 ? fmt::format(", {} left", duration_text(elapsed * (1 - done) / done))
                     : fmt::format(", {} so far", duration_text(elapsed));
    terminal_.standing(line);
  }

 private:
  using Clock = AwakeClock;

  // Of whichever budget is spent first.
  double part_done(const Standing& now, double elapsed) const {
    double done = 0;
    if (options_.queries && *options_.queries > known_ && now.queries > known_) {
      done = static_cast<double>(now.queries - known_) /
             static_cast<double>(*options_.queries - known_);
    }
    if (options_.seconds) done = std::max(done, elapsed / *options_.seconds);
    return std::min(done, 1.0);
  }

  Terminal& terminal_;
  const MinimizeOptions& options_;
  const std::uint64_t known_;
  Clock::time_point started_ = Clock::now();
};

std::string why_ended(const RunResult& result) {
  switch (result.outcome) {
    case Outcome::completed:
      return "the optimizer has converged";
    case Outcome::budget:
      return "all queries are spent";
    case Outcome::target:
      return "the target is reached";
    case Outcome::timeout:
      return "the time is over";
    case Outcome::interrupted:
      return "interrupted";
    case Outcome::non_finite:
    case Outcome::failed:
    case Outcome::crashed:
    case Outcome::time_limit:
    case Outcome::memory_limit:
      break;
  }
  return "failed";
}

Json json_of(const LoneRun& run, const Plan& plan, const MinimizeOptions& options,
             const std::string& output) {
  const RunResult& result = run.result;
  const bool found = !run.best.x.empty();
  return {{"f", found ? Json(run.best.f) : Json()},
          {"x", found ? Json(run.best.x) : Json()},
          {"query", run.best.query},
          {"queries", result.queries},
          {"iterations", result.iterations},
          {"outcome", name_of(result.outcome)},
          {"message", result.message},
          {"optimizer", plan.matrix.optimizers.front().descriptor->id},
          {"parameters", Json::parse(plan.matrix.optimizers.front().parameters)},
          {"seed", options.seed},
          {"seconds", result.wall_seconds},
          {"program_seconds", result.problem_seconds},
          {"file", found && !output.empty() ? Json(output) : Json()}};
}

// Whether the same search could go further.
bool is_cut_off(Outcome outcome) {
  return outcome == Outcome::interrupted || outcome == Outcome::timeout || is_failure(outcome);
}

void print_text(const LoneRun& run, const Plan& plan, const std::string& output) {
  const RunResult& result = run.result;
  const std::string spent = fmt::format(
      "{}: {} queries by {} in {}", why_ended(result), result.queries,
      plan.matrix.optimizers.front().descriptor->id, duration_text(result.wall_seconds));
  if (run.best.x.empty()) {
    fmt::print("no point has a value; {}\n", spent);
    return;
  }
  const std::string value = fmt::format("{}", run.best.f);
  fmt::print("f = {}\nx = {}\n\n{}{}{}\n",
             colours(STDOUT_FILENO) ? fmt::format(fmt::emphasis::bold, "{}", value) : value,
             numbers_text(run.best.x), spent,
             run.best.query > 0 ? fmt::format(", the best is number {}", run.best.query) : "",
             output.empty() ? "" : fmt::format("; all points in {}", output));
  if (!output.empty() && is_cut_off(result.outcome))
    fmt::print("`zeroth minimize --resume {}` goes on\n", shell_word(output));
}

// output: where it is stored; empty: nowhere.
void print(const LoneRun& run, const Plan& plan, const MinimizeOptions& options,
           const std::string& output) {
  if (options.json) {
    const Json json = json_of(run, plan, options, output);
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
  } else {
    print_text(run, plan, output);
  }
  std::fflush(stdout);
}

/// While the run is under way: how it stands is shown, and kept from time to time; what it waits
/// for is said once.
class Watch {
 public:
  Watch(Terminal& terminal, const MinimizeOptions& options, SearchFile& results,
        Evaluations& evaluations, std::uint64_t known, const std::atomic<bool>& interrupted)
      : terminal_(terminal),
        options_(options),
        results_(results),
        evaluations_(evaluations),
        interrupted_(interrupted),
        progress_(terminal, options, known) {}

  void look(const Standing& now) {
    progress_.look(now);
    const bool is_news = interrupted_ && !std::exchange(told_, true);
    if (is_news) tell(now);
    if (!interrupted_ && is_late() && !std::exchange(told_late_, true)) {
      terminal_.note(fmt::format(
          "the time is over: waiting for the points under way{}",
          options_.timeout > 0 ? "" : "; --timeout S ends a program that takes longer for one"));
    }
    keep([&] { results_.keep(evaluations_.take()); });
    if (!now.best.x.empty() && now.queries != kept_queries_ &&
        (is_news || kept_queries_ == 0 || seconds_since(kept_) >= 10)) {
      keep([&] { results_.keep(now); });
      kept_queries_ = now.queries;
      kept_ = Clock::now();
    }
  }

 private:
  using Clock = AwakeClock;

  void tell(const Standing& now) {
    terminal_.note(waiting_text("points"));
    if (now.best.x.empty()) return;
    terminal_.note(
        fmt::format("best so far: f = {} at x = {}", now.best.f, numbers_text(now.best.x)));
  }
  // By more than a quick program takes to end.
  bool is_late() const {
    return options_.seconds && seconds_since(started_) > *options_.seconds + 1;
  }
  // A full disk may have room again when the run ends.
  template <typename Keep>
  void keep(const Keep& what) {
    try {
      what();
    } catch (const std::exception& error) {
      if (!std::exchange(warned_, true))
        terminal_.warn(fmt::format("what was found so far cannot be kept: {}", error.what()));
    }
  }

  Terminal& terminal_;
  const MinimizeOptions& options_;
  SearchFile& results_;
  Evaluations& evaluations_;
  const std::atomic<bool>& interrupted_;
  MinimizeProgress progress_;
  bool told_ = false, told_late_ = false, warned_ = false;
  std::uint64_t kept_queries_ = 0;
  Clock::time_point started_ = Clock::now(), kept_ = started_;
};

}  // namespace

int minimize_command(Terminal& terminal, const std::vector<std::string>& folders,
                     const MinimizeOptions& given) {
  std::optional<EarlierSearch> earlier;
  if (!given.resume.empty()) earlier.emplace(open_search(given.resume));
  const MinimizeOptions options = earlier ? gone_on_with(given, earlier->options) : given;
  const Experiment experiment = experiment_of(options);
  if (!earlier) check_output(options);
  const Registry registry = scan(terminal, folders, Warnings::once);
  Matrix matrix = bind_matrix(experiment, registry.optimizers(), registry.problems(),
                              resolve_beside(experiment.file));
  Isolation isolation(experiment.limits, interruption(), 1, available_cores());
  isolate(matrix, isolation);
  const ProblemConfiguration& problem = matrix.problems.front();
  const Suite suite(*problem.descriptor, problem.values, problem.where);
  Plan plan = make_plan(experiment, std::move(matrix), {1});
  if (earlier && earlier->run) {  // whatever its limits are now, it is the same run
    plan.runs.front().key = earlier->run->key;
    plan.runs.front().seed = earlier->run->seed;
  }
  const Configuration& optimizer = plan.matrix.optimizers.front();
  {  // what they refuse is said before there is a file
    const Instance instance(suite, plan.matrix.problems.front().split, 0);
    check_bounds(*optimizer.descriptor, instance, "the problem", "--optimizer");
    const Optimizer accepted(*optimizer.descriptor, optimizer.values, optimizer.where);
  }
  std::atomic<bool>& interrupted = watch_for_interruption();
  std::vector<Evaluation> known;
  if (earlier) {
    known = std::exchange(earlier->known, {});
    forget_failures(known, options.timeout != earlier->options.timeout);
    if (fs::current_path() != earlier->folder)
      terminal.warn(fmt::format("the search was begun in {}: here the program may be another",
                                printable(earlier->folder)));
    terminal.note(fmt::format("going on from {} points of {}; the program is: {}", known.size(),
                              options.resume, options.command));
  }
  const Incumbent best_known = best_of(known);
  const std::uint64_t queries_known = last_query_of(known);
  Evaluations evaluations(known);
  SearchFile results(plan, options, std::move(earlier));
  results.enter();
  Watch watch(terminal, options, results, evaluations, queries_known, interrupted);
  LoneRun run = run_alone(plan, plan.runs.front(), suite, evaluations, options.threads, interrupted,
                          [&](const Standing& now) {
                            watch.look({now.queries, better_of(now.best, best_known)});
                          });
  run.best = better_of(run.best, best_known);
  terminal.clear_progress();
  if (evaluations.left() > 0 && run.result.queries >= queries_known) {
    terminal.note(fmt::format(
        "the search took another way than before: {} of the {} points were not asked for again",
        evaluations.left(), known.size()));
  }
  // First: printing may fail, and so may this, whatever was printed.
  std::exception_ptr lost;
  try {
    results.keep(evaluations.take());
    if (!run.best.x.empty()) results.keep(run);
  } catch (const std::exception&) {
    lost = std::current_exception();
  }
  print(run, plan, options, lost ? "" : results.name());
  if (lost) std::rethrow_exception(lost);
  if (run.result.outcome == Outcome::interrupted) return 130;
  if (is_broken(run.result.outcome)) throw std::runtime_error(run.result.message);
  return run.best.x.empty() && run.result.queries > 0 ? 1 : 0;
}

}  // namespace zeroth::host
