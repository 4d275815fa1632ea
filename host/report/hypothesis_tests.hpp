// Tests of whether optimizers differ, and by how much.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace zeroth::host {

struct SignedRankTest {
  std::size_t used = 0;  // differences that are not zero
  double rank_sum = 0;   // of the positive ones
  double p = 1;          // two-sided
  bool exact = false;    // from the distribution itself, else from a normal one
};

/// Wilcoxon's signed-rank test that the differences are symmetric about zero.  Zeros are left out.
/// The p-value is exact for fewer than 50 differences: from all their signs, given their ranks,
/// ties as they are.  From 50 on it is from the normal distribution with tie and continuity
/// correction, as in R's wilcox.test.  differences  may be infinite, not NaN. Source: Wilcoxon
/// 1945; Hollander & Wolfe 1999, 3.1.
SignedRankTest wilcoxon_signed_rank(std::span<const double> differences);

/// p-values corrected for their number, in the order given.  Source: Holm 1979.
std::vector<double> holm(const std::vector<double>& p_values);

struct FriedmanTest {
  double statistic = 0;  // chi-square with treatments - 1 degrees of freedom, ties corrected
  double p = 1;
  std::vector<double> mean_ranks;  // of the treatments; 1 is best
};

/// Whether k treatments differ over n blocks.  blocks  n rows of k values, the smallest is best,
/// NaN worst.  Where all values of all blocks are tied, p is 1.  Source: Friedman 1937; Conover
/// 1999, 5.8.
FriedmanTest friedman(const std::vector<std::vector<double>>& blocks);

/// P(range of k standard normals <= q), which is the studentized range with infinite degrees of
/// freedom: k int phi(z) (Phi(z) - Phi(z - q))^(k - 1) dz.
double studentized_range_probability(double q, std::size_t k);
/// Its inverse; 0 < p < 1, k >= 2.
double studentized_range_quantile(double p, std::size_t k);

/// Mean ranks further apart than this differ at level alpha, all pairs at once (Nemenyi).
/// Source: Demsar 2006, section 3.2.2.
double critical_difference(double alpha, std::size_t treatments, std::size_t blocks);

/// Vargha & Delaney's A: how often a value of a is below one of b, ties counted half.  0.5: no
/// difference.  Values may be infinite.
double vargha_delaney(std::span<const double> a, std::span<const double> b);

}  // namespace zeroth::host
