// Which settings to run next, which to discard, and which wins: pure, no threads, no plugins.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "spec/experiment.hpp"
#include "tune/grid.hpp"

namespace zeroth::host {

/// (setting, run): NaN where it is not known yet, infinite where the run failed or diverged.
using Losses = std::vector<std::vector<double>>;

struct Rule {
  Score score = Score::mean;
  std::optional<double> floor;  // no loss is below it; without one, no setting is discarded
};

/// A setting that was tried.  Complete: the score of all its runs.  Discarded: the least score that
/// it could still have had.  Infinite: it fails or diverges.
struct Candidate {
  std::size_t setting = 0;
  std::size_t runs = 0;  // that were looked at
  double score = 0;
  bool discarded = false;
};

struct SearchState {
  std::vector<std::pair<std::size_t, std::size_t>> missing;  // setting, run; none: it is over
  std::vector<Candidate> tried;                              // in the order in which they came
  std::optional<std::size_t> winner;  // place in tried; nothing while no score is finite
  std::size_t at_most = 0;            // runs that may still be needed, missing ones included
};

/// Where a search stands that knows these losses.
///
/// First the product of the coarse values; then, for one axis after the other, the values between
/// the neighbours of the best, with the other parameters as they are in the best.  The least score
/// wins, and among equals the one that was tried first.
///
/// A setting is discarded once its score would be above the best complete one even if all its other
/// runs reached the floor.  Scores do not fall when a loss rises, and this holds in floating point
/// too, so that the winner is that of the search without discarding, as long as the floor is true.
///
/// The state is a function of the losses that it asks for: losses that are known beyond those
/// change nothing.
SearchState search(const Grid& grid, const Losses& losses, const Rule& rule);

/// Mean or median.
double score_of(Score score, std::vector<double> losses);

}  // namespace zeroth::host
