// `zeroth run`: spec -> plugins -> plan -> run -> store -> report.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cli/commands.hpp"
#include "cli/environment.hpp"
#include "cli/paths.hpp"
#include "cli/preparation.hpp"
#include "isolate/isolation.hpp"
#include "plan/plan.hpp"
#include "plugins/registry.hpp"
#include "report/summary.hpp"
#include "run/matrix.hpp"
#include "run/observer.hpp"
#include "spec/read_experiment.hpp"
#include "store/store.hpp"
#include "user_error.hpp"

namespace zeroth::host {
int run_experiment(Terminal& terminal, const std::vector<std::string>& folders,
                   const RunOptions& options) {
  refuse_missing(options.experiment, "experiments/quickstart.toml");
  Experiment experiment = read_experiment(options.experiment, options.settings);
  experiment.isolate = options.isolate;
  const std::string output =
      options.output.empty() ? stem_of(experiment) + ".zeroth" : options.output;
  Database::check(output, Store::kind());
  // Every run may have the same to warn of.
  const Registry registry = scan(terminal, folders, Warnings::once);
  Matrix matrix = bind_matrix(experiment, registry.optimizers(), registry.problems(),
                              resolve_beside(experiment.file));
  Isolation isolation(experiment.limits, interruption(), options.threads, available_cores());
  isolate(matrix, isolation);
  const Suites owned = create_suites(matrix);
  const std::vector<std::uint64_t> sizes = sizes_of(matrix, owned);
  const Plan plan = make_plan(experiment, std::move(matrix), sizes);
  check_all_bounds(plan, owned);
  const std::vector<const Suite*> suites = borrowed(owned);
  check_analyses(plan, suites);

  std::unordered_set<std::string> done, again;  // of those done
  std::error_code ignored;
  if (std::filesystem::exists(output, ignored) && std::filesystem::file_size(output, ignored) > 0) {
    const Store store = Store::open_to_read(output);
    try {
      refuse_other_experiment(store, plan, output);
      again = without_their_analyses(store, plan, output);
      done = store.keys();
      if (options.retry_failed) again.merge(store.failed_keys());
    } catch (const UserError& error) {
      if (!options.dry_run) throw;
      terminal.warn(fmt::format("{}; to run it, name another file with -o", error.what()));
    }
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
    const bool is_done = done.count(run.key) != 0 && again.count(run.key) == 0;
    if (chosen && !is_done) pending.push_back(&run);
  }
  if (!any_chosen) {
    throw UserError("--only", "matches no run",
                    fmt::format("names are such as {}; `zeroth run --dry-run` prints all",
                                plan.name(plan.runs.front())));
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
  enter(store, experiment, plan, options.settings, options.threads);
  if (!done.empty()) {
    const auto repeated = std::count_if(pending.begin(), pending.end(), [&](const PlannedRun* run) {
      return again.count(run->key) != 0;
    });
    terminal.note(fmt::format("{} runs are in {} already, {} to do{}", done.size(), output,
                              pending.size(),
                              repeated == 0 ? "" : fmt::format(", {} of them again", repeated)));
  }
  std::atomic<bool>& interrupted = watch_for_interruption();
  bool told = false;
  std::size_t finished = 0, failed = 0;
  if (!pending.empty()) {
    const FileWatch files(plan.matrix);
    Progress progress(terminal, pending.size());
    progress.update(0, 0);
    run_cells(plan, pending, suites, options.threads, interrupted,
              [&](std::vector<FinishedRun> batch) {
                finished += batch.size();
                keep(terminal, store, plan, files, std::move(batch), failed);
                progress.update(finished, failed);
                if (interrupted && !std::exchange(told, true)) terminal.note(waiting_text("runs"));
              });
    terminal.clear_progress();
  }
  fmt::print("{}\n", experiment.title.empty() ? experiment.file.stem().string() : experiment.title);
  const std::vector<ProblemSummary> summaries = summarize(read_results(store));
  fmt::print("{}", format(summaries, colours(STDOUT_FILENO)));
  fmt::print("\n{} of {} runs in {}\n", store.size(), plan.runs.size(), output);
  std::fflush(stdout);
  if (interrupted) {
    terminal.note("interrupted: the same command goes on from here");
    return 130;
  }
  std::uint64_t failures = 0;
  for (const ProblemSummary& problem : summaries) {
    for (const SummaryLine& line : problem.lines) failures += line.failures;
  }
  if (failures > failed) {
    terminal.note(fmt::format("{} runs failed at an earlier start: --retry-failed tries them again",
                              failures - failed));
  }
  // A repeat that failed is in no summary: it has not replaced what was stored.
  return failures > 0 || failed > 0 ? 1 : 0;
}

}  // namespace zeroth::host
