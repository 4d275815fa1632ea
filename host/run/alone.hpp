// One run of a plan, watched while it is under way.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "plan/plan.hpp"
#include "plugins/instances.hpp"
#include "run/evaluations.hpp"
#include "run/incumbent.hpp"
#include "run/result.hpp"

namespace zeroth::host {

/// How far a run is.
struct Standing {
  std::uint64_t queries = 0;  // charged
  Incumbent best;             // of a deterministic problem
};

struct LoneRun {
  RunResult result;
  Incumbent best;
};

/// Runs one cell with all threads at its batches.
///
/// evaluations  as the oracle takes them.
/// look         called on the calling thread about ten times a second.
/// stop         once set, the run ends at its next query with what it has: Outcome::interrupted.
/// Throws what creating the optimizer or opening the instance throws.
LoneRun run_alone(const Plan& plan, const PlannedRun& cell, const Suite& suite,
                  Evaluations& evaluations, int threads, const std::atomic<bool>& stop,
                  const std::function<void(const Standing&)>& look);

}  // namespace zeroth::host
