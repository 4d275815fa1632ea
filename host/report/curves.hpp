// Many runs as one curve, one box, one step function.
#pragma once

#include <cstdint>
#include <vector>

namespace zeroth::host {

/// At each point of an axis, over runs.  A run without a loss there counts as the worst in the
/// quantiles and makes the mean not finite.  Not finite: no value.
struct Curve {
  std::vector<double> median, lower, upper;  // quartiles
  std::vector<double> mean, deviation;       // of n - 1; NaN of a single run
};

/// runs  the losses of each at the points.
Curve curve_of(const std::vector<std::vector<double>>& runs, std::size_t points);

/// Tukey's box plot of what is finite: whiskers at the furthest values within 1.5 interquartile
/// ranges of the box.
struct Box {
  std::size_t finite = 0, without_loss = 0;
  double lower_whisker = 0, lower = 0, median = 0, upper = 0, upper_whisker = 0, mean = 0;
  std::vector<double> outliers;  // at most `most_outliers`, evenly chosen, with both ends
  std::size_t outliers_left_out = 0;
};
constexpr std::size_t most_outliers = 40;
Box box_of(const std::vector<double>& losses);

/// A non-decreasing step function: y[i] from x[i] on.
struct Steps {
  std::vector<double> x, y;
};

/// The share of `total` events that have come at x.  events  where each came, infinity: never.
/// At most about `most` steps, spaced geometrically; all of them exact.
Steps cumulative_share(std::vector<double> events, std::size_t total, std::size_t most = 200);

}  // namespace zeroth::host
