// Runs the cells of a plan in parallel.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "plan/plan.hpp"
#include "plugins/instances.hpp"
#include "run/result.hpp"

namespace zeroth::host {

/// A finished cell.
struct FinishedRun {
  const PlannedRun* run = nullptr;
  RunResult result;
};

/// Runs every cell of `cells`, on `threads` threads, and hands the results over in batches, as they
/// finish.
///
/// suites   one for each problem of the plan's matrix.
/// accept   called on the calling thread with at least one result, or, about ten times a second
///          while nothing finishes, with none.  Workers wait when it falls behind, so that memory
///          stays flat.
/// cancel   once set, runs under way are dropped and no new one starts.
/// Each run has its own optimizer and instance; a result depends on its cell alone.
/// Throws what accept throws, after the workers have stopped.
void run_cells(const Plan& plan, const std::vector<const PlannedRun*>& cells,
               const std::vector<const Suite*>& suites, int threads, std::atomic<bool>& cancel,
               const std::function<void(std::vector<FinishedRun>)>& accept);

}  // namespace zeroth::host
