// Which optimizers differ, on one problem or on all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/digest.hpp"
#include "report/hypothesis_tests.hpp"
#include "report/results.hpp"

namespace zeroth::host {

/// The problems that a figure or a test is about.
struct Scope {
  std::string name;
  std::vector<std::size_t> problems;
};
/// All problems together, where there are several, then each of them.
std::vector<Scope> scopes_of(const Results& results);

/// Losses of optimizers on the same blocks.
///
/// A block is an instance of a problem, its trials averaged: trials of one instance are no
/// independent problems.  Where the scope has one instance only, the trials are the blocks; of
/// trials that are all the same, since nothing is drawn, there is one.  A trial counts where all
/// optimizers have a run of it.  Losses that only rounding tells apart are equal.  A run without a
/// loss makes its block the worst, +infinity.  In a scope of several problems, losses are shares of
/// the gap between start and best (Reference), so that they can be set against each other; an
/// instance that no run improved on has none, and is left out.
struct Blocks {
  std::vector<std::size_t> optimizers;      // that have runs in the scope: the columns
  std::vector<std::vector<double>> losses;  // a row for each block
  bool trials = false;                      // whether the blocks are trials
  std::size_t incomplete = 0;               // trials that were left out
  std::size_t repeated = 0;                 // trials that are the first once more
  std::size_t without_gap = 0;              // instances that were left out
};
/// checkpoint  index of Digest::checkpoints, or nothing for the final loss.
Blocks blocks_of(const Results& results, const Digest& digest, const Scope& scope,
                 std::optional<std::size_t> checkpoint);

struct PairedComparison {
  std::size_t first = 0, second = 0;  // columns
  /// Blocks, seen from first.  Of trials that are all the same for these two there is one.
  std::size_t wins = 0, ties = 0, losses = 0;
  double median_difference = 0;  // of first - second, block by block; negative: first is better
  double vargha_delaney = 0.5;   // how often a block's loss of first is below one of second
  SignedRankTest test;
  double p_holm = 1;  // corrected for all pairs of this comparison
};

struct Comparison {
  std::vector<std::size_t> order;  // columns, best mean rank first
  FriedmanTest friedman;
  double critical_difference = 0;  // of mean ranks, at `comparison_level`
  /// First and last place in order of those that are not told apart.
  std::vector<std::pair<std::size_t, std::size_t>> groups;
  std::vector<PairedComparison> pairs;
};
constexpr double comparison_level = 0.05;

/// Nothing where there are less than two optimizers or blocks.
std::optional<Comparison> compare(const Blocks& blocks);

}  // namespace zeroth::host
