// `zeroth run`: spec -> plugins -> plan -> run -> store -> report.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>

#include "bytes.hpp"
#include "cli/commands.hpp"
#include "cli/environment.hpp"
#include "cli/paths.hpp"
#include "hash.hpp"
#include "isolate/isolation.hpp"
#include "plan/plan.hpp"
#include "plugins/registry.hpp"
#include "report/summary.hpp"
#include "run/matrix.hpp"
#include "spec/read_experiment.hpp"
#include "store/store.hpp"
#include "user_error.hpp"
#include "version.hpp"

namespace zeroth::host {
namespace {

// A run's own experiment is created once before any work, so that what a plugin refuses is said at
// once.
std::vector<std::unique_ptr<Suite>> create_suites(const Matrix& matrix) {
  std::vector<std::unique_ptr<Suite>> suites;
  for (const ProblemConfiguration& problem : matrix.problems) {
    try {
      suites.push_back(std::make_unique<Suite>(*problem.descriptor, problem.values, problem.where));
    } catch (const WorkerLost& lost) {
      throw std::runtime_error(
          fmt::format("{}: {}: {}", problem.where, problem.descriptor->id, lost.what()));
    }
  }
  for (const Configuration& optimizer : matrix.optimizers) {
    try {
      const Optimizer accepted(*optimizer.descriptor, optimizer.values, optimizer.where);
    } catch (const WorkerLost&) {  // costs its own runs, and they will say so
    }
  }
  return suites;
}

void isolate(Matrix& matrix, Isolation& isolation) {
  const auto move_out = [&](Configuration& each) {
    if (each.isolated) each.descriptor = &isolation.isolate(*each.descriptor);
  };
  for (ProblemConfiguration& each : matrix.problems) move_out(each);
  for (Configuration& each : matrix.optimizers) move_out(each);
}

// Optimizers that ignore bounds must not meet problems that have some, nor the other way round.
void check_all_bounds(const Plan& plan, const std::vector<std::unique_ptr<Suite>>& suites) {
  for (std::size_t p = 0; p < plan.matrix.problems.size(); ++p) {
    const ProblemConfiguration& problem = plan.matrix.problems[p];
    const auto first = std::find_if(plan.runs.begin(), plan.runs.end(),
                                    [p](const PlannedRun& run) { return run.problem == p; });
    std::unique_ptr<Instance> instance;
    for (const Configuration& optimizer : plan.matrix.optimizers) {
      const std::uint64_t about_bounds =
          optimizer.descriptor->capabilities & (ZEROTH_HANDLES_BOUNDS | ZEROTH_NEEDS_BOUNDS);
      if (about_bounds == ZEROTH_HANDLES_BOUNDS) continue;  // any will do
      try {
        if (!instance)
          instance = std::make_unique<Instance>(*suites[p], problem.split, first->instance);
      } catch (const WorkerLost&) {  // as above; the oracle will see who leaves the bounds
        break;
      }
      check_bounds(*optimizer.descriptor, *instance, problem.label, optimizer.where);
    }
  }
}

std::vector<std::uint64_t> sizes_of(const Matrix& matrix,
                                    const std::vector<std::unique_ptr<Suite>>& suites) {
  std::vector<std::uint64_t> sizes;
  for (std::size_t p = 0; p < suites.size(); ++p)
    sizes.push_back(suites[p]->size(matrix.problems[p].split));
  return sizes;
}

// A file may hold part of this plan, and nothing else.
void refuse_other_experiment(const Store& store, const Plan& plan, const std::string& output) {
  std::unordered_set<std::string> planned;
  for (const PlannedRun& run : plan.runs) planned.insert(run.key);
  std::uint64_t strangers = 0;
  std::string example;
  store.for_each(false, [&](const StoredRun& run) {
    if (planned.count(run.key) != 0) return;
    if (strangers++ == 0) {
      example = fmt::format("{}/{}:{}/{}/{}", run.problem_label, run.split, run.instance,
                            run.optimizer_label, run.trial);
    }
  });
  if (strangers == 0) return;
  throw UserError(output,
                  fmt::format("holds {} runs that are not part of this experiment, such as {}",
                              strangers, example),
                  "its seed, budget, parameters, instances, trials or plugin versions were others; "
                  "name another "
                  "file with -o (an experiment may only grow)");
}

StoredRun to_stored(const Plan& plan, FinishedRun finished) {
  const PlannedRun& run = *finished.run;
  const ProblemConfiguration& problem = plan.problem(run);
  const Configuration& optimizer = plan.optimizer(run);
  return {run.key,
          run.position,
          problem.descriptor->id,
          problem.label,
          problem.parameters,
          name_of(problem.split),
          run.instance,
          optimizer.descriptor->id,
          optimizer.label,
          optimizer.parameters,
          run.trial,
          run.seed,
          std::move(finished.result)};
}

Provenance provenance_of(const Experiment& experiment, const RunOptions& options,
                         const Matrix& matrix) {
  std::string settings, plugins;
  for (const std::string& each : options.settings) settings += each + "\n";
  const auto add = [&plugins](const Descriptor& d) {
    plugins += fmt::format("{} {} {} {}\n", d.id, d.version, fingerprint(read_bytes(d.library)),
                           d.library.string());
  };
  for (const ProblemConfiguration& each : matrix.problems) add(*each.descriptor);
  for (const Configuration& each : matrix.optimizers) add(*each.descriptor);
  return {{"title", experiment.title},
          {"experiment_file", experiment.file.string()},
          {"experiment", experiment.text},
          {"settings", settings},
          {"seed", fmt::format("{}", experiment.seed)},
          {"plugins", plugins},
          {"program", fmt::format("zeroth {}", version)},
          {"machine", fmt::format("{}, {} threads", machine_text(), options.threads)},
          {"last_run", now_text()}};
}

}  // namespace

int run_experiment(Terminal& terminal, const std::vector<std::string>& folders,
                   const RunOptions& options) {
  Experiment experiment = read_experiment(options.experiment, options.settings);
  experiment.isolate = options.isolate;
  const std::string output =
      options.output.empty() ? experiment.file.stem().string() + ".zeroth" : options.output;
  Database::check(output, Store::kind());
  set_log_sink([&](int level, const std::string& line) {
    level == ZEROTH_LOG_WARNING ? terminal.warn(line) : terminal.note(line);
  });
  const Registry registry(plugin_folders(folders),
                          [&](const std::string& text) { terminal.warn(text); });
  Matrix matrix = bind_matrix(experiment, registry.optimizers(), registry.problems(),
                              resolve_beside(experiment.file));
  Isolation isolation(experiment.limits, interruption());
  isolate(matrix, isolation);
  const std::vector<std::unique_ptr<Suite>> suites = create_suites(matrix);
  const std::vector<std::uint64_t> sizes = sizes_of(matrix, suites);
  const Plan plan = make_plan(experiment, std::move(matrix), sizes);
  check_all_bounds(plan, suites);

  std::unordered_set<std::string> done;
  std::error_code ignored;
  if (std::filesystem::exists(output, ignored) && std::filesystem::file_size(output, ignored) > 0) {
    const Store store = Store::open_to_read(output);
    refuse_other_experiment(store, plan, output);
    done = store.keys();
  }
  std::vector<const PlannedRun*> pending;
  bool any_chosen = false;
  for (const PlannedRun& run : plan.runs) {
    const auto wanted = [&](const std::string& pattern) {
      return matches(plan.name(run), pattern);
    };
    const bool chosen =
        options.only.empty() || std::any_of(options.only.begin(), options.only.end(), wanted);
    any_chosen = any_chosen || chosen;
    if (chosen && done.count(run.key) == 0) pending.push_back(&run);
  }
  if (!any_chosen) {
    throw UserError("--only", "matches no run", "`zeroth run --dry-run` prints their names");
  }
  if (options.dry_run) {
    for (const PlannedRun* run : pending) fmt::print("{}\n", plan.name(*run));
    terminal.note(fmt::format("{} of {} runs would be done", pending.size(), plan.runs.size()));
    return 0;
  }

  Store store = Store::open_to_write(output);
  if (store.keys() != done) {
    throw UserError(output, "another zeroth has written to it meanwhile", "start again");
  }
  store.set_provenance(provenance_of(experiment, options, plan.matrix));
  if (done.empty()) store.set_provenance({{"first_run", now_text()}});
  std::vector<Place> places;
  for (const PlannedRun& run : plan.runs) {
    if (done.count(run.key) == 0) continue;
    places.push_back({run.key, run.position, plan.problem(run).label, plan.optimizer(run).label});
  }
  store.rearrange(places);
  if (!done.empty()) {
    terminal.note(
        fmt::format("{} runs are in {} already, {} to do", done.size(), output, pending.size()));
  }
  std::atomic<bool>& interrupted = watch_for_interruption();
  std::size_t finished = 0, failed = 0;
  if (!pending.empty()) {
    Progress progress(terminal, pending.size());
    progress.update(0, 0);
    std::vector<const Suite*> borrowed;
    borrowed.reserve(suites.size());
    for (const auto& suite : suites) borrowed.push_back(suite.get());
    run_cells(plan, pending, borrowed, options.threads, interrupted,
              [&](std::vector<FinishedRun> batch) {
                std::vector<StoredRun> rows;
                rows.reserve(batch.size());
                for (FinishedRun& each : batch) rows.push_back(to_stored(plan, std::move(each)));
                if (!rows.empty()) store.append(rows);
                for (const StoredRun& row : rows) {
                  if (!is_failure(row.result.outcome)) continue;
                  if (failed++ < 5) {
                    terminal.warn(fmt::format("{}/{}:{}/{}/{}: {}", row.problem_label, row.split,
                                              row.instance, row.optimizer_label, row.trial,
                                              row.result.message));
                  }
                }
                finished += rows.size();
                progress.update(finished, failed);
              });
    terminal.clear_progress();
  }
  fmt::print("{}\n", experiment.title.empty() ? experiment.file.stem().string() : experiment.title);
  const std::vector<ProblemSummary> summaries = summarize(store);
  fmt::print("{}", format(summaries, colours(STDOUT_FILENO)));
  fmt::print("\n{} of {} runs in {}\n", store.size(), plan.runs.size(), output);
  std::fflush(stdout);
  if (interrupted) {
    terminal.note("interrupted: the same command goes on from here");
    return 130;
  }
  for (const ProblemSummary& problem : summaries) {
    for (const SummaryLine& line : problem.lines) {
      if (line.failures > 0) return 1;  // also when they are of an earlier start
    }
  }
  return 0;
}

}  // namespace zeroth::host
