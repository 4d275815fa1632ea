// The steps between an experiment and its runs that commands share.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "isolate/isolation.hpp"
#include "plan/plan.hpp"
#include "plugins/instances.hpp"
#include "run/matrix.hpp"
#include "spec/experiment.hpp"
#include "store/store.hpp"

namespace zeroth::host {

/// What results of an experiment are called: another scale is another experiment.
std::string stem_of(const Experiment& experiment);

/// What is to be isolated gets a descriptor that talks to a worker.
void isolate(Matrix& matrix, Isolation& isolation);

using Suites = std::vector<std::unique_ptr<Suite>>;

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

StoredRun to_stored(const Plan& plan, FinishedRun finished);

/// What a result file says of the whole.  overrides: of the command line.
Provenance provenance_of(const Experiment& experiment, const std::vector<std::string>& overrides,
                         int threads, const Matrix& matrix);

}  // namespace zeroth::host
