#include "report/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace zeroth::host {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

void nan_to_infinity(std::vector<double>& sample) {
  for (double& value : sample) {
    if (std::isnan(value)) value = std::numeric_limits<double>::infinity();
  }
}

}  // namespace

void sort_worst_last(std::vector<double>& sample) {
  nan_to_infinity(sample);
  std::sort(sample.begin(), sample.end());
}

double quantile_of_sorted(std::span<const double> sorted, double p) {
  if (sorted.empty()) return nan;
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double share = place - static_cast<double>(below);
  const double low = sorted[below], high = share == 0.0 ? low : sorted[below + 1];
  if (low == high || std::isinf(low)) return low;
  return low + share * (high - low);
}

double quantile(std::vector<double> sample, double p) {
  sort_worst_last(sample);
  return quantile_of_sorted(sample, p);
}

std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<double> sample = values;
  nan_to_infinity(sample);
  std::vector<std::size_t> order(sample.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return sample[a] < sample[b]; });
  std::vector<double> result(sample.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && sample[order[last + 1]] == sample[order[first]]) ++last;
    for (std::size_t i = first; i <= last; ++i)
      result[order[i]] = 1.0 + 0.5 * static_cast<double>(first + last);
    first = last + 1;
  }
  return result;
}

void equate_rounded(std::span<double> values) {
  constexpr double rounding = 1e-12;
  std::vector<double*> order;
  for (double& value : values)
    if (std::isfinite(value)) order.push_back(&value);
  std::sort(order.begin(), order.end(), [](const double* a, const double* b) { return *a < *b; });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const double below = *order[i - 1], size = std::max(std::abs(below), std::abs(*order[i]));
    if (*order[i] - below <= rounding * size) *order[i] = below;
  }
}

double mean(std::span<const double> sample) {
  if (sample.empty()) return nan;
  return std::accumulate(sample.begin(), sample.end(), 0.0) / static_cast<double>(sample.size());
}

double standard_deviation(std::span<const double> sample) {
  if (sample.size() < 2) return nan;
  const double centre = mean(sample);
  double squares = 0;
  for (const double value : sample) squares += (value - centre) * (value - centre);
  return std::sqrt(squares / static_cast<double>(sample.size() - 1));
}

}  // namespace zeroth::host
