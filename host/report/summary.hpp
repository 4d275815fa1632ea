// The table at the end: one block for each problem, one line for each optimizer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "report/results.hpp"

namespace zeroth::host {

struct SummaryLine {
  std::string optimizer;
  std::uint64_t runs = 0;
  std::uint64_t failures = 0, non_finite = 0, discarded = 0;  // without a final loss, and why
  double median = 0, lower_quartile = 0, upper_quartile = 0;  // of the final loss
  double rank = 0;  // mean over the (instance, trial) pairs, 1 is best; NaN: there are none
  /// Share of runs with an iterate that succeeds; NaN where the problem has no success.
  double success_rate = 0;
  double milliseconds_per_iteration = 0;  // median over the runs, NaN without iterations
};

struct ProblemSummary {
  std::string problem;             // label and split
  std::vector<SummaryLine> lines;  // best mean rank first
};

/// One for each problem.  The rank is over the pairs that all optimizers of the problem have a run
/// of.  A run without a final loss counts as the worst.
std::vector<ProblemSummary> summarize(const Results& results);

/// The summaries as text for a terminal.
std::string format(const std::vector<ProblemSummary>& summaries, bool colours);

}  // namespace zeroth::host
