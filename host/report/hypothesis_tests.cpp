#include "report/hypothesis_tests.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>

#include "report/statistics.hpp"

namespace zeroth::host {
namespace {

// P(Z <= z)
double normal_probability(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }
double normal_density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi); }

// Sum over groups of equal ranks of t^3 - t.
double tie_sum(std::vector<double> ranks) {
  std::sort(ranks.begin(), ranks.end());
  double sum = 0;
  for (std::size_t first = 0; first < ranks.size();) {
    std::size_t last = first;
    while (last < ranks.size() && ranks[last] == ranks[first]) ++last;
    const auto t = static_cast<double>(last - first);
    sum += t * t * t - t;
    first = last;
  }
  return sum;
}

// P(sum of a random subset of the ranks <= w).  Counts stay below 2^50: exact.
double signed_rank_probability(const std::vector<double>& ranks, double w) {
  const auto doubled = [](double rank) {  // that of a tie may end in a half
    return static_cast<std::size_t>(std::lround(2 * rank));
  };
  std::vector<double> subsets(ranks.size() * (ranks.size() + 1) + 1, 0.0);  // with this doubled sum
  subsets[0] = 1;
  for (const double rank : ranks) {
    for (std::size_t sum = subsets.size(); sum-- > doubled(rank);)
      subsets[sum] += subsets[sum - doubled(rank)];
  }
  const auto end = subsets.begin() + static_cast<std::ptrdiff_t>(doubled(w)) + 1;
  return std::accumulate(subsets.begin(), end, 0.0) / std::exp2(static_cast<double>(ranks.size()));
}

}  // namespace

SignedRankTest wilcoxon_signed_rank(std::span<const double> differences) {
  constexpr std::size_t too_many_for_exact = 50;
  std::vector<double> sizes;
  std::vector<bool> positive;
  for (const double d : differences) {
    if (d == 0) continue;
    sizes.push_back(std::abs(d));
    positive.push_back(d > 0);
  }
  const std::vector<double> rank = ranks(sizes);
  SignedRankTest test;
  test.used = sizes.size();
  for (std::size_t i = 0; i < rank.size(); ++i) test.rank_sum += positive[i] ? rank[i] : 0;
  const auto n = static_cast<double>(test.used);
  test.exact = test.used < too_many_for_exact;
  if (test.exact) {
    const double smaller = std::min(test.rank_sum, n * (n + 1) / 2 - test.rank_sum);
    test.p = std::min(1.0, 2 * signed_rank_probability(rank, smaller));
    return test;
  }
  const double deviation = std::sqrt(n * (n + 1) * (2 * n + 1) / 24 - tie_sum(rank) / 48);
  const double distance = std::max(0.0, std::abs(test.rank_sum - n * (n + 1) / 4) - 0.5);
  test.p = 2 * normal_probability(-distance / deviation);
  return test;
}

std::vector<double> holm(const std::vector<double>& p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> corrected(p_values.size());
  double largest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, static_cast<double>(order.size() - i) * p_values[order[i]]);
    corrected[order[i]] = std::min(1.0, largest);
  }
  return corrected;
}

FriedmanTest friedman(const std::vector<std::vector<double>>& blocks) {
  FriedmanTest test;
  if (blocks.empty()) return test;
  const std::size_t k = blocks.front().size();
  test.mean_ranks.assign(k, 0.0);
  double ties = 0;
  for (const std::vector<double>& block : blocks) {
    const std::vector<double> rank = ranks(block);
    for (std::size_t j = 0; j < k; ++j) test.mean_ranks[j] += rank[j];
    ties += tie_sum(rank);
  }
  const auto n = static_cast<double>(blocks.size());
  const auto treatments = static_cast<double>(k);
  double squares = 0;  // of the rank sums about their mean
  for (double& rank : test.mean_ranks) {
    const double distance = rank - n * (treatments + 1) / 2;
    squares += distance * distance;
    rank /= n;
  }
  const double untied = n * treatments * (treatments + 1) - ties / (treatments - 1);
  if (k < 2 || untied <= 0) return test;
  test.statistic = 12 * squares / untied;
  test.p = boost::math::gamma_q((treatments - 1) / 2, test.statistic / 2);
  return test;
}

double studentized_range_probability(double q, std::size_t k) {
  constexpr int tail = 9;  // phi(9) < 1e-18
  const auto integrand = [q, k](double z) {
    return normal_density(z) *
           std::pow(normal_probability(z) - normal_probability(z - q), static_cast<double>(k - 1));
  };
  double sum = 0;
  for (int z = -tail; z < tail; ++z) {
    sum += boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
        integrand, static_cast<double>(z), static_cast<double>(z + 1), 0);
  }
  return static_cast<double>(k) * sum;
}

double studentized_range_quantile(double p, std::size_t k) {
  const auto excess = [p, k](double q) { return studentized_range_probability(q, k) - p; };
  std::uintmax_t iterations = 200;
  const auto [low, high] = boost::math::tools::toms748_solve(
      excess, 0.0, 100.0, boost::math::tools::eps_tolerance<double>(48), iterations);
  return 0.5 * (low + high);
}

double critical_difference(double alpha, std::size_t treatments, std::size_t blocks) {
  const auto k = static_cast<double>(treatments);
  return studentized_range_quantile(1 - alpha, treatments) / std::numbers::sqrt2 *
         std::sqrt(k * (k + 1) / (6 * static_cast<double>(blocks)));
}

double vargha_delaney(std::span<const double> a, std::span<const double> b) {
  std::vector<double> both(a.begin(), a.end());
  both.insert(both.end(), b.begin(), b.end());
  const std::vector<double> rank = ranks(both);
  const auto m = static_cast<double>(a.size()), n = static_cast<double>(b.size());
  const double sum =
      std::accumulate(rank.begin(), rank.begin() + static_cast<std::ptrdiff_t>(a.size()), 0.0);
  return 1 - (sum - m * (m + 1) / 2) / (m * n);
}

}  // namespace zeroth::host
