#include "cli/preparation.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "bytes.hpp"
#include "cli/environment.hpp"
#include "cli/paths.hpp"
#include "hash.hpp"
#include "plugins/log.hpp"
#include "printable.hpp"
#include "run/worker_lost.hpp"
#include "user_error.hpp"
#include "version.hpp"

namespace zeroth::host {
namespace fs = std::filesystem;
namespace {

// Of problems and of optimizers, also of those that analyses run.
template <typename OfMatrix, typename Visit>
void for_each_configuration(OfMatrix& matrix, Visit visit) {
  for (auto& problem : matrix.problems) visit(problem);
  for (auto& optimizer : matrix.optimizers) visit(optimizer);
  for (auto& analysis : matrix.analyses) {
    for (auto& rule : analysis.rules) visit(rule);
  }
}

// What a file is known by without reading it; empty: there is none.
std::string stamp_of(const std::string& path) {
  struct stat is {};
  if (stat(path.c_str(), &is) != 0) return "";
  return fmt::format("{} {} {} {}.{}", is.st_dev, is.st_ino, is.st_size, is.st_mtim.tv_sec,
                     is.st_mtim.tv_nsec);
}

bool is_recent(const std::string& path) {
  struct stat is {};
  return stat(path.c_str(), &is) == 0 && std::time(nullptr) - is.st_mtim.tv_sec < 60;
}

[[noreturn]] void refuse_change(const std::string& path) {
  throw UserError(path, "has changed since the experiment was begun",
                  "runs that are stored are of the file as it was; put that back, or name another "
                  "file for results with -o");
}

// All that a plugin says, and every reader of the file is to read.
void make_printable(RunResult& result) {
  result.message = printable(result.message);
  result.instance_label = printable(result.instance_label);
  for (auto& [name, value] : result.metrics) name = printable(name);
  for (Series& each : result.series) each.name = printable(each.name);
  for (RenderedPicture& each : result.pictures) each.name = printable(each.name);
}

// What a result file says of the whole.
Provenance provenance_of(const Experiment& experiment, const std::vector<std::string>& settings,
                         int threads, const Matrix& matrix) {
  std::string files;
  std::unordered_set<std::string> listed;
  std::vector<const Descriptor*> plugins;
  for_each_configuration(matrix, [&](const Configuration& each) {
    plugins.push_back(each.descriptor);
    for (const SourceFile& file : each.files) {
      if (listed.insert(file.path).second)
        files += fmt::format("{} {}\n", file.fingerprint, file.path);
    }
  });
  Provenance provenance = circumstances(plugins, threads);
  provenance.insert(provenance.end(), {{"title", experiment.title},
                                       {"experiment_file", experiment.file.string()},
                                       {"experiment", experiment.text},
                                       {"settings", lines_of(settings)},
                                       {"seed", fmt::format("{}", experiment.seed)},
                                       {"files", files}});
  return provenance;
}

}  // namespace

Registry scan(Terminal& terminal, const std::vector<std::string>& folders, Warnings warnings) {
  struct Said {
    std::mutex mutex;
    std::unordered_set<std::string> warnings;
  };
  set_log_sink(
      [&terminal, warnings, said = std::make_shared<Said>()](int level, const std::string& line) {
        if (level != ZEROTH_LOG_WARNING) return terminal.note(line);
        const std::lock_guard lock(said->mutex);
        if (warnings == Warnings::all || said->warnings.insert(line).second) terminal.warn(line);
      });
  for (const std::string& folder : folders) {
    std::error_code error;
    const fs::directory_iterator files(folder, error);
    if (!error && std::none_of(begin(files), end(files), [](const fs::directory_entry& file) {
          return is_library(file.path());
        }))
      terminal.warn(fmt::format("plugin folder {}: there is no *.so in it", folder));
  }
  return Registry(plugin_folders(folders), [&](const std::string& text) { terminal.warn(text); });
}

void add_files(Configuration& configuration, std::vector<std::string> paths) {
  std::vector<SourceFile>& files = configuration.files;
  std::sort(paths.begin(), paths.end());  // in whatever order they were read, listed in one
  for (const std::string& path : paths) {
    const bool is_named = std::any_of(files.begin(), files.end(),
                                      [&](const SourceFile& file) { return file.path == path; });
    if (is_named) continue;
    const fs::path file(path);
    files.push_back({file.filename().string(), path, fingerprint_of(file)});
  }
}

Suites create_suites(Matrix& matrix) {
  Suites suites;
  for (ProblemConfiguration& problem : matrix.problems) {
    try {
      suites.push_back(std::make_unique<Suite>(*problem.descriptor, problem.values, problem.where));
    } catch (const WorkerLost& lost) {
      throw std::runtime_error(
          fmt::format("{}: {}: {}", problem.where, problem.descriptor->id, lost.what()));
    }
    add_files(problem, suites.back()->files());
  }
  for (Configuration& optimizer : matrix.optimizers) {
    try {
      const Optimizer accepted(*optimizer.descriptor, optimizer.values, optimizer.where);
      add_files(optimizer, accepted.files());
    } catch (const WorkerLost&) {  // costs its own runs, and they will say so
    }
  }
  return suites;
}

std::vector<const Suite*> borrowed(const Suites& suites) {
  std::vector<const Suite*> pointers;
  for (const auto& suite : suites) pointers.push_back(suite.get());
  return pointers;
}

std::string stem_of(const Experiment& experiment) {
  return experiment.file.stem().string() + (experiment.scale.empty() ? "" : "-" + experiment.scale);
}

void isolate(Matrix& matrix, Isolation& isolation) {
  for_each_configuration(matrix, [&](Configuration& each) {
    if (each.isolated) each.descriptor = &isolation.isolate(*each.descriptor);
  });
}

void check_all_bounds(const Plan& plan, const Suites& suites) {
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

std::vector<std::uint64_t> sizes_of(const Matrix& matrix, const Suites& suites) {
  std::vector<std::uint64_t> sizes;
  for (std::size_t p = 0; p < suites.size(); ++p)
    sizes.push_back(suites[p]->size(matrix.problems[p].split));
  return sizes;
}

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
  throw UserError(
      output,
      fmt::format("holds {} runs that are not part of this experiment, such as {}", strangers,
                  example),
      "its seed, budget, parameters, files, instances, trials or plugin versions were others; "
      "name another "
      "file with -o (an experiment may only grow)");
}

std::unordered_set<std::string> without_their_analyses(const Store& store, const Plan& plan,
                                                       const std::string& output) {
  std::unordered_set<std::string> lacking;
  const std::unordered_map<std::string, std::string> seen = store.analyses();
  for (const std::string& key : store.keys()) lacking.insert(key);
  for (const PlannedRun& run : plan.runs) {
    const std::string wanted = plan.analyses(run);
    const auto found = seen.find(run.key);
    if (wanted.empty() || (found != seen.end() && found->second == wanted)) lacking.erase(run.key);
  }
  if (lacking.empty() || !plan.budget.seconds) return lacking;
  throw UserError(output,
                  fmt::format("holds {} runs without the analyses that are now asked for, and done "
                              "again they would be others: the budget has seconds",
                              lacking.size()),
                  "name another file with -o");
}

StoredRun to_stored(const Plan& plan, FinishedRun finished) {
  const PlannedRun& run = *finished.run;
  make_printable(finished.result);
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
          std::move(finished.result),
          plan.analyses(run)};
}

FileWatch::FileWatch(const Matrix& matrix) {
  std::unordered_set<std::string> seen;
  for_each_configuration(matrix, [&](const Configuration& each) {
    for (const SourceFile& file : each.files) {
      if (!seen.insert(file.path).second) continue;
      files_.push_back({file.path, stamp_of(file.path)});
      // Written so late, it may have been another when it was bound.
      if (is_recent(file.path) && fingerprint_of(file.path) != file.fingerprint)
        refuse_change(file.path);
    }
  });
}

void FileWatch::check() const {
  for (const Watched& each : files_)
    if (stamp_of(each.path) != each.stamp) refuse_change(each.path);
}

void keep(Terminal& terminal, Store& store, const Plan& plan, const FileWatch& files,
          std::vector<FinishedRun> finished, std::size_t& failed) {
  if (!finished.empty()) files.check();
  std::vector<StoredRun> rows;
  rows.reserve(finished.size());
  for (FinishedRun& each : finished) rows.push_back(to_stored(plan, std::move(each)));
  if (!rows.empty()) store.append(rows);
  for (const StoredRun& row : rows) {
    if (is_failure(row.result.outcome) && failed++ < 5)
      terminal.warn(plan.name(plan.runs[row.position]) + ": " + row.result.message);
  }
}

void enter(Store& store, const Experiment& experiment, const Plan& plan,
           const std::vector<std::string>& settings, int threads) {
  const std::unordered_set<std::string> done = store.keys();
  Provenance provenance = provenance_of(experiment, settings, threads, plan.matrix);
  if (done.empty()) provenance.emplace_back("first_run", now_text());
  store.set_provenance(provenance);
  std::vector<Place> places;
  for (const PlannedRun& run : plan.runs) {
    if (done.count(run.key) == 0) continue;
    places.push_back({run.key, run.position, plan.problem(run).label, plan.optimizer(run).label});
  }
  store.rearrange(places);
}

Provenance circumstances(const std::vector<const Descriptor*>& plugins, int threads) {
  std::string lines;
  std::unordered_set<std::string> listed;
  for (const Descriptor* each : plugins) {
    if (!listed.insert(each->id + each->library.string()).second) continue;
    lines += fmt::format("{} {} {} {}\n", each->id, each->version,
                         fingerprint(read_bytes(each->library)), each->library.string());
  }
  return {{"plugins", lines},
          {"program", fmt::format("zeroth {}", version)},
          {"machine", fmt::format("{}, {} threads", machine_text(), threads)},
          {"last_run", now_text()}};
}

std::string lines_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& each : lines) text += each + "\n";
  return text;
}

}  // namespace zeroth::host
