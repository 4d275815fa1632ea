// `zeroth tune`: spec -> plugins -> tune -> plan -> (run -> store -> tune) again and again -> spec.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "awake_clock.hpp"
#include "cli/commands.hpp"
#include "cli/environment.hpp"
#include "cli/paths.hpp"
#include "cli/preparation.hpp"
#include "new_file.hpp"
#include "plugins/registry.hpp"
#include "printable.hpp"
#include "run/matrix.hpp"
#include "spec/read_experiment.hpp"
#include "store/store.hpp"
#include "tune/findings.hpp"
#include "tune/protocol.hpp"
#include "tune/searches.hpp"
#include "user_error.hpp"
#include "version.hpp"

namespace zeroth::host {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t default_instances = 20;

class TuningProgress {
 public:
  explicit TuningProgress(Terminal& terminal) : terminal_(terminal) {}
  void update(std::size_t done, std::size_t at_most_left, std::size_t failed) {
    const double elapsed = std::chrono::duration<double>(Clock::now() - started_).count();
    std::string line = fmt::format("{} runs done, at most {} left", done, at_most_left);
    if (failed > 0) line += fmt::format(", {} failed", failed);
    if (done > 0 && elapsed > 0) {
      const double rate = static_cast<double>(done) / elapsed;
      line += fmt::format(", {:.3g} runs/s, at most {} left", rate,
                          duration_text(static_cast<double>(at_most_left) / rate));
    }
    terminal_.standing(line);
  }

 private:
  using Clock = AwakeClock;
  Terminal& terminal_;
  Clock::time_point started_ = Clock::now();
};

// Paths mean the same beside the experiment and beside the tuned one, or it is said.
ResolvePath resolve_at_both(const fs::path& experiment, const fs::path& output) {
  return [experiment, here = resolve_beside(experiment), there = resolve_beside(output)](
             const std::string& written, bool is_default) {
    ResolvedPath found = here(written, is_default);
    if (there(written, is_default).path == found.path) return found;
    throw UserError("--output",
                    fmt::format("'{}' is beside the experiment, and not there", written),
                    fmt::format("write the tuned experiment beside {}", experiment.string()));
  };
}

// The instances to tune on, once the size of the train split is known.
void choose_instances(const Experiment& experiment, ProblemConfiguration& problem,
                      std::uint64_t size) {
  if (size == 0) {
    throw UserError(problem.where,
                    fmt::format("{} has no train instances, and a tuning uses no others",
                                problem.descriptor->id),
                    "take another problem");
  }
  if (experiment.tune.instances) return;
  problem.instances.all = false;
  problem.instances.ranges = {{0, std::min(size, default_instances) - 1}};
}

// Everything that a tuning needs before its first run.
struct Prepared {
  Tuning tuning;
  Suites suites;
  Plan plan;
};

// Where a sweep is refused because two entries would both try a setting, says which.
void explain_overlap(const Tuning& tuning, const Registry& registry, const ResolvePath& resolve) {
  std::unordered_map<std::string, std::string> taken;  // by setting: the name of an entry
  for (std::size_t k = 0; k < tuning.optimizers.size(); ++k) {
    Experiment alone = tuning.experiment;
    alone.optimizers = {tuning.experiment.optimizers[k]};
    for (const Configuration& each :
         bind_matrix(alone, registry.optimizers(), registry.problems(), resolve).optimizers) {
      const auto [other, is_new] =
          taken.emplace(each.descriptor->id + each.parameters, tuning.optimizers[k].name);
      if (is_new) continue;
      throw UserError(each.where,
                      fmt::format("{} and {} would both try {}", other->second,
                                  tuning.optimizers[k].name, each.parameters),
                      "tune one of the two, and take its values for the other: tune = false");
    }
  }
}

Prepared prepare(const Experiment& experiment, const Registry& registry, const ResolvePath& resolve,
                 Isolation& isolation) {
  // As it would be run: what is wrong there is said, though a tuning needs less.
  const Matrix whole = bind_matrix(experiment, registry.optimizers(), registry.problems(), resolve);
  if (whole.problems.size() > 1) {
    throw UserError(whole.problems[1].where,
                    "there is a second problem, and values are tuned to one",
                    "write an experiment for each; --set problem.ID.KEY=VALUE replaces a list");
  }
  Prepared prepared{tuning_of(experiment, registry.optimizers()), {}, {}};
  const Experiment& sweep = prepared.tuning.experiment;
  Matrix matrix;
  try {
    matrix = bind_matrix(sweep, registry.optimizers(), registry.problems(), resolve);
  } catch (const UserError&) {
    explain_overlap(prepared.tuning, registry, resolve);
    throw;
  }
  isolate(matrix, isolation);
  prepared.suites = create_suites(matrix);
  const std::vector<std::uint64_t> sizes = sizes_of(matrix, prepared.suites);
  choose_instances(sweep, matrix.problems.front(), sizes.front());
  prepared.plan = make_plan(sweep, std::move(matrix), sizes);
  check_all_bounds(prepared.plan, prepared.suites);
  return prepared;
}

std::string loss_text(const TuneSpec& spec) {
  std::string text;
  for (const std::uint64_t iteration : spec.at)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", iteration);
  return text.empty() ? "final loss" : "loss at iteration " + text;
}

// "instances 0-19 of the train split, 2 trials each"
std::string sample_text(const Plan& plan, std::uint64_t trials) {
  std::vector<std::uint64_t> instances;
  for (const PlannedRun& run : plan.runs) instances.push_back(run.instance);
  std::sort(instances.begin(), instances.end());
  instances.erase(std::unique(instances.begin(), instances.end()), instances.end());
  return fmt::format("instances {} of the train split{}", ranges_text(instances),
                     trials == 1 ? "" : fmt::format(", {} trials each", trials));
}

void print_grids(const Prepared& prepared, const Searches& searches) {
  for (std::size_t k = 0; k < prepared.tuning.optimizers.size(); ++k) {
    const Tuned& tuned = prepared.tuning.optimizers[k];
    const SearchState& state = searches.state(k);
    fmt::print("{}\n  {}\n  {} first, at most {} settings in all, each with {}\n",
               prepared.tuning.optimizers[k].name, format(tuned.grid),
               counted(state.tried.size(), "setting"), state.at_most / searches.runs(),
               counted(searches.runs(), "run"));
  }
  fmt::print("\nat most {} runs, on {}\n", searches.at_most(),
             sample_text(prepared.plan, prepared.tuning.experiment.trials));
}

std::string one_line(std::string text) {
  text = printable(text);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// The last of these iterations, where no run has come so far.
std::optional<std::uint64_t> never_reached(const Store& store,
                                           const std::vector<std::uint64_t>& at) {
  if (at.empty()) return std::nullopt;
  const std::uint64_t last = *std::max_element(at.begin(), at.end());
  bool reached = false;
  store.for_each(false,
                 [&](const StoredRun& run) { reached = reached || run.result.iterations >= last; });
  return reached ? std::nullopt : std::optional(last);
}

// How the values were found, as a comment in TOML.
std::string origin(const Prepared& prepared, const Searches& searches, const TuneOptions& options,
                   std::size_t failed) {
  const Experiment& experiment = prepared.tuning.experiment;
  std::string command = "zeroth tune " + shell_word(options.experiment);
  for (const std::string& each : options.settings) command += " --set " + shell_word(each);
  if (options.isolate) command += " --isolate";
  if (options.exhaustive) command += " --exhaustive";
  if (!options.output.empty()) command += " -o " + shell_word(options.output);
  std::string text = fmt::format(
      "# Tuned by `{}` (zeroth {}): the least {} {} of {} on\n# {}, {}, seed {}.\n",
      one_line(command), version, name_of(experiment.tune.score), loss_text(experiment.tune),
      counted(searches.runs(), "run"), one_line(prepared.plan.matrix.problems.front().label),
      sample_text(prepared.plan, experiment.trials), experiment.seed);
  for (std::size_t k = 0; k < prepared.tuning.optimizers.size(); ++k) {
    const Grid& grid = prepared.tuning.optimizers[k].grid;
    const SearchState& state = searches.state(k);
    text += "# " +
            one_line(fmt::format(
                "{}: {} scores {:.5g}; tried: {} ({})", prepared.tuning.optimizers[k].name,
                setting_text(grid, searches.winner(k)), state.tried[*state.winner].score,
                format(grid), effort(state, searches.runs()))) +
            "\n";
  }
  if (failed > 0)
    text += fmt::format("# {} failed and counted as infinitely bad.\n", counted(failed, "run"));
  return text + "\n";
}

// The experiment with a setting of each search.
std::string text_with(const std::vector<std::size_t>& settings, const Experiment& experiment,
                      const Prepared& prepared, const TuneOptions& options) {
  const std::vector<Tuned>& optimizers = prepared.tuning.optimizers;
  std::vector<Replacement> values;
  for (std::size_t k = 0; k < optimizers.size(); ++k) {
    const Grid& grid = optimizers[k].grid;
    for (std::size_t a = 0; a < grid.axes.size(); ++a)
      values.push_back({optimizers[k].entry, grid.axes[a].parameter, grid.value(settings[k], a)});
  }
  return with_values(experiment, options.settings, values);
}

// Throws UserError where the text, which is the user's own, does not say these settings, or is no
// experiment that can be run.
void check_text(const std::string& text, const std::vector<std::size_t>& settings,
                const Experiment& experiment, const Prepared& prepared, const Searches& searches,
                const Registry& registry, const ResolvePath& resolve) {
  const std::vector<Tuned>& optimizers = prepared.tuning.optimizers;
  const Experiment written = read_experiment_text(experiment.file, text);
  Matrix matrix = bind_matrix(written, registry.optimizers(), registry.problems(), resolve);
  const auto says = [&](const Configuration& wanted) {
    return std::any_of(matrix.optimizers.begin(), matrix.optimizers.end(),
                       [&](const Configuration& each) {
                         return each.descriptor->id == wanted.descriptor->id &&
                                each.parameters == wanted.parameters;
                       });
  };
  for (std::size_t k = 0; k < optimizers.size(); ++k) {
    if (says(searches.configuration(k, settings[k]))) continue;
    throw UserError(experiment.file.string(),
                    fmt::format("cannot be rewritten so that {} has {}", optimizers[k].name,
                                setting_text(optimizers[k].grid, settings[k])),
                    "write each key of [[optimizer]] on a line of its own");
  }
  const std::uint64_t size = prepared.suites.front()->size(matrix.problems.front().split);
  static_cast<void>(make_plan(written, std::move(matrix), {size}));
}

// What failed is tried again: it may have been the machine's fault.
void load(const Store& store, const Prepared& prepared, Searches& searches) {
  const std::vector<std::uint64_t>& at = prepared.tuning.experiment.tune.at;
  std::unordered_map<std::string, const PlannedRun*> planned;
  for (const PlannedRun& run : prepared.plan.runs) planned[run.key] = &run;
  store.for_each(!at.empty(), [&](const StoredRun& stored) {
    const auto found = planned.find(stored.key);
    if (found != planned.end() && !is_failure(stored.result.outcome))
      searches.learn(*found->second, loss_of(stored.result, at));
  });
}

// Keeps what it runs in the store, round by round, until all is decided or it is interrupted.
void decide(Terminal& terminal, const Prepared& prepared, Searches& searches, Store& store,
            int threads, std::atomic<bool>& interrupted) {
  const TuneSpec& spec = prepared.tuning.experiment.tune;
  const FileWatch files(prepared.plan.matrix);
  const std::vector<const Suite*> suites = borrowed(prepared.suites);
  TuningProgress progress(terminal);
  std::size_t done = 0, failed = 0;
  bool told = false;
  for (;;) {
    if (searches.update()) {
      terminal.warn(
          fmt::format("a loss of {:.5g} is below the floor, {:.5g}: no setting is discarded.  "
                      "`floor` in [tune] "
                      "names a bound below all losses",
                      searches.least(), spec.floor));
    }
    const std::vector<const PlannedRun*> cells = searches.missing();
    if (cells.empty() || interrupted) break;
    std::size_t left = searches.at_most();
    progress.update(done, left, failed);
    run_cells(prepared.plan, cells, suites, threads, interrupted,
              [&](std::vector<FinishedRun> batch) {
                for (const FinishedRun& each : batch)
                  searches.learn(*each.run, loss_of(each.result, spec.at));
                done += batch.size();
                left -= batch.size();
                keep(terminal, store, prepared.plan, files, std::move(batch), failed);
                progress.update(done, left, failed);
                if (interrupted && !std::exchange(told, true)) terminal.note(waiting_text("runs"));
              });
  }
  terminal.clear_progress();
}

// False: an optimizer has no setting whose loss is finite.
bool print_findings(Terminal& terminal, const Prepared& prepared, const Searches& searches) {
  const TuneSpec& spec = prepared.tuning.experiment.tune;
  bool all_won = true;
  for (std::size_t k = 0; k < prepared.tuning.optimizers.size(); ++k) {
    const Grid& grid = prepared.tuning.optimizers[k].grid;
    const SearchState& state = searches.state(k);
    fmt::print(
        "\n{}: {}\n{}", prepared.tuning.optimizers[k].name, effort(state, searches.runs()),
        format(grid, state, searches.runs(), spec.score, loss_text(spec), colours(STDOUT_FILENO)));
    std::fflush(stdout);
    if (!state.winner) {
      all_won = false;
      terminal.warn(fmt::format("{}: no setting stays finite", prepared.tuning.optimizers[k].name));
      continue;
    }
    for (const std::string& parameter : at_the_edge(grid, searches.winner(k))) {
      terminal.warn(fmt::format(
          "{}: the best {} is at the end of what was tried; {} in its [[optimizer]], say, and "
          "--overwrite try more",
          prepared.tuning.optimizers[k].name, parameter, wider(grid, parameter)));
    }
  }
  return all_won;
}

}  // namespace

int tune_optimizers(Terminal& terminal, const std::vector<std::string>& folders,
                    const TuneOptions& options) {
  refuse_missing(options.experiment, "experiments/quickstart.toml");
  Experiment experiment = read_experiment(options.experiment, options.settings);
  experiment.isolate = options.isolate;
  const std::string output =
      options.output.empty() ? stem_of(experiment) + "-tuned.toml" : options.output;
  const std::string results = output + ".tuning";
  const std::string instead = "name another file with -o";
  if (!options.dry_run) const NewFile would_do(output, options.overwrite, instead);
  Database::check(results, Store::kind());
  const Registry registry = scan(terminal, folders);
  const ResolvePath resolve = resolve_at_both(experiment.file, output);
  Isolation isolation(experiment.limits, interruption(), options.threads, available_cores());
  const Prepared prepared = prepare(experiment, registry, resolve, isolation);
  Searches searches(prepared.tuning, prepared.plan, options.exhaustive);
  const auto check = [&](const std::string& text, const std::vector<std::size_t>& settings) {
    check_text(text, settings, experiment, prepared, searches, registry, resolve);
  };
  // What cannot be written is said before any work.
  const std::vector<std::size_t> first(prepared.tuning.optimizers.size(), 0);
  check(text_with(first, experiment, prepared, options), first);
  if (options.dry_run) {
    print_grids(prepared, searches);
    return 0;
  }

  std::error_code ignored;
  if (fs::exists(results, ignored) && fs::file_size(results, ignored) > 0)
    refuse_other_experiment(Store::open_to_read(results), prepared.plan, results);
  std::atomic<bool>& interrupted = watch_for_interruption();
  Store store = Store::open_to_write(results);
  load(store, prepared, searches);
  enter(store, prepared.tuning.experiment, prepared.plan, options.settings, options.threads);
  if (store.size() > 0)
    terminal.note(fmt::format("{} runs are in {} already", store.size(), results));

  decide(terminal, prepared, searches, store, options.threads, interrupted);
  if (interrupted) {
    terminal.note("interrupted: the same command goes on from here");
    return 130;
  }
  fmt::print("{}: {} runs on {}\n",
             experiment.title.empty() ? experiment.file.stem().string() : experiment.title,
             store.size(), sample_text(prepared.plan, prepared.tuning.experiment.trials));
  std::fflush(stdout);
  const std::size_t failed = store.failed_keys().size();
  if (failed > 0) {
    terminal.warn(fmt::format(
        "{} failed and counted as infinitely bad: another `zeroth tune` tries them again",
        counted(failed, "run")));
  }
  if (const auto late = never_reached(store, experiment.tune.at)) {
    terminal.warn(
        fmt::format("no run has an iteration {}: the last losses were taken for it", *late));
  }
  if (!print_findings(terminal, prepared, searches)) return 1;
  std::vector<std::size_t> winners;
  for (std::size_t k = 0; k < prepared.tuning.optimizers.size(); ++k)
    winners.push_back(searches.winner(k));
  const std::string text = text_with(winners, experiment, prepared, options);
  NewFile file(output, options.overwrite, instead);
  file.out() << origin(prepared, searches, options, failed) << text;
  file.finish();
  fmt::print("\nwrote {}; its runs are in {}\n", output, results);
  try {
    check(text, winners);
  } catch (const UserError& refusal) {
    throw UserError("", fmt::format("{}: `zeroth run` will refuse it: {}", output, refusal.what()),
                    refusal.remedy());
  }
  return failed > 0 ? 1 : 0;
}

}  // namespace zeroth::host
