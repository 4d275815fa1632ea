// What the report keeps of the traces: some hundred numbers of a run, however long it was.
#pragma once

#include <cstdint>
#include <vector>

#include "report/results.hpp"
#include "store/store.hpp"

namespace zeroth::host {

/// Points of an axis from 0 to `end`, ascending: all integers where they are few, else half of them
/// evenly spaced and half geometrically, so that curves look well on linear and on log axes.
std::vector<std::uint64_t> axis_points(std::uint64_t end, std::size_t about);

enum class TraceAxis { iterations, queries };

/// The loss at the last iterate not after each of the points whose loss is known: that of a
/// discarded one is not.  After its last iterate a run that ended well stays where it was; of a
/// broken one nothing is known: NaN.
std::vector<double> losses_at(const std::vector<TraceRow>& trace, bool broken, TraceAxis axis,
                              const std::vector<std::uint64_t>& points);

/// Targets of one instance: start - share * (start - best), from the least to the most demanding,
/// where start is the median of the initial losses of its runs and best the lowest loss at an
/// iterate of any of its runs.
struct Reference {
  double start = 0, best = 0;
  /// Whether some run got anywhere, by more than losses are rounded: else there are no targets.
  bool has_targets() const;
  double target(double gap) const { return best + gap * (start - best); }
};

/// What is left of the gap between start and best at each target: 10^(-k / 5), k = 1 .. 15.
const std::vector<double>& target_gaps();

struct Digest {
  // For each problem.
  std::vector<std::vector<std::uint64_t>> iteration_points, query_points;
  std::vector<std::vector<Reference>> references;  // by instance
  // For each run.
  std::vector<std::vector<double>> by_iteration, by_query;  // losses at the points of its problem
  std::vector<std::vector<double>> hits;  // queries until each target, infinity: never; empty: none
  std::vector<std::vector<double>> checkpoints;  // losses at `at`
};

/// Reads all traces once, one at a time.  at  iterations at which optimizers are compared too.
Digest digest(const Store& store, const Results& results, const std::vector<std::uint64_t>& at);

}  // namespace zeroth::host
