// An optimizer run without a problem: for what it traces, and for what its rule makes of given
// estimates.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "plugins/instances.hpp"

namespace zeroth::host {

/// Sizes of what an optimizer records through trace/1, by name.
using TracedSizes = std::map<std::string, std::uint64_t>;

/// What one iteration on |x|^2, within the instance's bounds, records.  The instance is asked for a
/// start alone.  Throws WorkerLost.
TracedSizes traced_by(const Optimizer& optimizer, const Instance& instance);

/// The updates that the optimizer's rule makes of estimates which were made elsewhere.  It believes
/// itself to be in a run of its own, from the instance's start, which it moves through by these
/// updates: a rule whose update depends on where it is sees other iterates than the estimates are
/// of.
/// estimates  n x dimension, one for each iteration.   seed  of the run.
/// hear(iteration, update)  iteration from 1; update: dimension values.
/// Returns "" or why there are none or no more of them.  Throws WorkerLost.
std::string replay(const Optimizer& rule, const Instance& instance, std::uint64_t seed,
                   std::span<const double> estimates,
                   const std::function<void(std::uint64_t, std::span<const double>)>& hear);

}  // namespace zeroth::host
