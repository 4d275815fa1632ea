// The steps that commands share, from plugins to stored runs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "cli/terminal.hpp"
#include "isolate/isolation.hpp"
#include "plan/plan.hpp"
#include "plugins/instances.hpp"
#include "plugins/registry.hpp"
#include "run/matrix.hpp"
#include "spec/experiment.hpp"
#include "store/store.hpp"

namespace zeroth::host {

enum class Warnings { all, once };

/// Finds the plugins.  What is wrong with some, and what plugins say from now on, is said on the
/// terminal, which outlives them; the same warning once or each time.
Registry scan(Terminal& terminal, const std::vector<std::string>& folders,
              Warnings warnings = Warnings::all);

/// What results of an experiment are called: another scale is another experiment.
std::string stem_of(const Experiment& experiment);

/// What is to be isolated gets a descriptor that talks to a worker.
void isolate(Matrix& matrix, Isolation& isolation);

using Suites = std::vector<std::unique_ptr<Suite>>;

/// As run_cells() takes them.
std::vector<const Suite*> borrowed(const Suites& suites);

/// Adds those that no parameter names.
void add_files(Configuration& configuration, std::vector<std::string> paths);

/// A suite for each problem.  Every optimizer is created once too, so that what a plugin refuses is
/// said before any work.  The files that they say they are made from are added to the matrix.
Suites create_suites(Matrix& matrix);

/// For each problem, the instances that its split has.
std::vector<std::uint64_t> sizes_of(const Matrix& matrix, const Suites& suites);

/// Optimizers that ignore bounds must not meet problems that have some, nor the other way round.
/// Throws UserError.
void check_all_bounds(const Plan& plan, const Suites& suites);

/// A file may hold part of this plan, and nothing else.  Throws UserError.
void refuse_other_experiment(const Store& store, const Plan& plan, const std::string& output);

/// Keys of stored runs in which what is to be looked at was not: they are done again, with the same
/// numbers.  Throws UserError where these would be others.
std::unordered_set<std::string> without_their_analyses(const Store& store, const Plan& plan,
                                                       const std::string& output);

/// The files that runs are made from, which must stay what they were when their names were looked
/// up: every run reads them again.
class FileWatch {
 public:
  explicit FileWatch(const Matrix& matrix);
  /// Throws UserError where one is another now.
  void check() const;

 private:
  struct Watched {
    std::string path, stamp;
  };
  std::vector<Watched> files_;
};

StoredRun to_stored(const Plan& plan, FinishedRun finished);

/// Runs are on disk when it returns; then the first failures are told.  failed counts them all.
/// Throws UserError, and keeps none of them, where a file that they are made from has changed.
void keep(Terminal& terminal, Store& store, const Plan& plan, const FileWatch& files,
          std::vector<FinishedRun> finished, std::size_t& failed);

/// The file says of what it has the results, and runs that it holds take their places in the plan.
/// settings  of the command line
void enter(Store& store, const Experiment& experiment, const Plan& plan,
           const std::vector<std::string>& settings, int threads);

/// With what, where and when results are made.
Provenance circumstances(const std::vector<const Descriptor*>& plugins, int threads);

/// Each with its end of line.
std::string lines_of(const std::vector<std::string>& lines);

}  // namespace zeroth::host
