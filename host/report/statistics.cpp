#include "report/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace zeroth::host {
namespace {

void nan_to_infinity(std::vector<double>& sample) {
  for (double& value : sample) {
    if (std::isnan(value)) value = std::numeric_limits<double>::infinity();
  }
}

}  // namespace

double quantile(std::vector<double> sample, double p) {
  if (sample.empty()) return std::numeric_limits<double>::quiet_NaN();
  nan_to_infinity(sample);
  std::sort(sample.begin(), sample.end());
  const double place = p * static_cast<double>(sample.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double share = place - static_cast<double>(below);
  if (share == 0.0 || sample[below] == sample[below + 1]) return sample[below];
  return sample[below] + share * (sample[below + 1] - sample[below]);
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

}  // namespace zeroth::host
