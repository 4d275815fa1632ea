// `zeroth minimize`: options -> plugins -> plan of one run -> run -> store -> the best point.
#include <fmt/color.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>

#include "cli/commands.hpp"
#include "cli/environment.hpp"
#include "cli/paths.hpp"
#include "cli/preparation.hpp"
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

// Nothing is written over.
std::string output_of(const MinimizeOptions& options) {
  std::error_code ignored;
  std::string output = options.output.empty() ? "minimize.zeroth" : options.output;
  for (int n = 2; options.output.empty() && fs::exists(output, ignored); ++n) {
    output = fmt::format("minimize-{}.zeroth", n);
  }
  Database::check(output, Store::kind());
  if (fs::exists(output, ignored)) {
    throw UserError(output, "is there already", "name another file with -o");
  }
  return output;
}

std::string numbers(const std::vector<double>& x) {
  std::string text;
  for (const double value : x) text += fmt::format("{}{}", text.empty() ? "" : " ", value);
  return text;
}

/// How far, how good, and how long still.
class MinimizeProgress {
 public:
  MinimizeProgress(Terminal& terminal, const MinimizeOptions& options)
      : terminal_(terminal), options_(options) {}

  void look(const Standing& now) {
    const double elapsed = std::chrono::duration<double>(Clock::now() - started_).count();
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
  using Clock = std::chrono::steady_clock;

  // Of whichever budget is spent first.
  double part_done(const Standing& now, double elapsed) const {
    double done = 0;
    if (options_.queries && *options_.queries > 0) {
      done = static_cast<double>(now.queries) / static_cast<double>(*options_.queries);
    }
    if (options_.seconds) done = std::max(done, elapsed / *options_.seconds);
    return std::min(done, 1.0);
  }

  Terminal& terminal_;
  const MinimizeOptions& options_;
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
          {"file", found ? Json(output) : Json()}};
}

void print(const LoneRun& run, const Plan& plan, const std::string& output) {
  const RunResult& result = run.result;
  const std::string spent = fmt::format(
      "{}: {} queries by {} in {}", why_ended(result), result.queries,
      plan.matrix.optimizers.front().descriptor->id, duration_text(result.wall_seconds));
  if (run.best.x.empty()) {
    fmt::print("no point has a value; {}\n", spent);
    return;
  }
  const std::string value = fmt::format("{}", run.best.f);
  fmt::print("f = {}\nx = {}\n\n{}{}; trace in {}\n",
             colours(STDOUT_FILENO) ? fmt::format(fmt::emphasis::bold, "{}", value) : value,
             numbers(run.best.x), spent,
             run.best.query > 0 ? fmt::format(", the best is number {}", run.best.query) : "",
             output);
}

void store_run(Store& store, const LoneRun& run, const Plan& plan, const MinimizeOptions& options) {
  store.append({to_stored(plan, {&plan.runs.front(), run.result})});
  Provenance provenance = circumstances(
      {plan.matrix.problems.front().descriptor, plan.matrix.optimizers.front().descriptor},
      options.threads);
  provenance.emplace_back("title", options.command);
  provenance.emplace_back("best_point", Json(run.best.x).dump());
  provenance.emplace_back("best_value", run.best.x.empty() ? "" : fmt::format("{}", run.best.f));
  store.set_provenance(provenance);
}

}  // namespace

int minimize_command(Terminal& terminal, const std::vector<std::string>& folders,
                     const MinimizeOptions& options) {
  const Experiment experiment = experiment_of(options);
  const std::string output = output_of(options);
  const Registry registry = scan(terminal, folders);
  Matrix matrix = bind_matrix(experiment, registry.optimizers(), registry.problems(),
                              resolve_beside(experiment.file));
  Isolation isolation(experiment.limits, interruption(), 1, available_cores());
  isolate(matrix, isolation);
  const ProblemConfiguration& problem = matrix.problems.front();
  const Suite suite(*problem.descriptor, problem.values, problem.where);
  const Plan plan = make_plan(experiment, std::move(matrix), {1});
  const Configuration& optimizer = plan.matrix.optimizers.front();
  {  // what they refuse is said before there is a file
    const Instance instance(suite, plan.matrix.problems.front().split, 0);
    check_bounds(*optimizer.descriptor, instance, "the problem", "--optimizer");
    const Optimizer accepted(*optimizer.descriptor, optimizer.values, optimizer.where);
  }
  std::optional<Store> store = Store::open_to_write(output);

  std::atomic<bool>& interrupted = watch_for_interruption();
  MinimizeProgress progress(terminal, options);
  bool told = false;
  const LoneRun run = run_alone(
      plan, plan.runs.front(), suite, options.threads, interrupted, [&](const Standing& now) {
        progress.look(now);
        if (!interrupted || told) return;
        told = true;
        terminal.note("interrupted: waiting for the points under way; again: end at once");
        if (!now.best.x.empty()) {
          terminal.note(
              fmt::format("best so far: f = {} at x = {}", now.best.f, numbers(now.best.x)));
        }
      });
  terminal.clear_progress();
  if (options.json) {
    const Json json = json_of(run, plan, options, output);
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
  } else {
    print(run, plan, output);
  }
  std::fflush(stdout);
  if (run.best.x.empty()) {
    store.reset();
    std::error_code ignored;
    fs::remove(output, ignored);  // nothing was found that it could hold
  } else {
    store_run(*store, run, plan, options);  // last: it may find the disk full
  }
  if (run.result.outcome == Outcome::interrupted) return 130;
  if (is_broken(run.result.outcome)) throw std::runtime_error(run.result.message);
  return 0;
}

}  // namespace zeroth::host
