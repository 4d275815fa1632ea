#include "run/loss_gradient.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "run/side_by_side.hpp"

namespace zeroth::host {
namespace {

constexpr double mu = 1e-6;  // as the official code, relative to a coordinate above 1
constexpr std::uint64_t most_coordinates = 32;  // of one batch

}  // namespace

LossGradient::LossGradient(const Instance& instance, GradientSource source)
    : instance_(instance),
      exact_(source == GradientSource::exact ? instance.gradient() : nullptr) {}

zeroth_status LossGradient::operator()(const double* x, double* g, zeroth_message* message) const {
  const zeroth_status status = exact_ != nullptr
                                   ? exact_->gradient(&instance_.abi(), ZEROTH_FULL_DATA, x, g)
                                   : differences(x, g, message);
  if (status < 0) return status;
  const bool finite =
      std::all_of(g, g + instance_.dimension(), [](double v) { return std::isfinite(v); });
  return finite ? ZEROTH_OK : ZEROTH_DISCARD;
}

// Equation 5 of the paper: [f(x + mu e_j) - f(x - mu e_j)] / (2 mu), inside the bounds.  Batches
// end at boundaries that depend on the problem alone, so that the bits do not depend on the
// threads.
zeroth_status LossGradient::differences(const double* x, double* g, zeroth_message* message) const {
  const std::uint64_t d = instance_.dimension();
  const std::uint64_t rows = instance_->batch_rows;
  const std::uint64_t width =
      rows == 0 ? most_coordinates : std::clamp<std::uint64_t>(rows / 2, 1, most_coordinates);
  const std::uint64_t pieces = (d + width - 1) / width;
  std::vector<zeroth_status> statuses(pieces, ZEROTH_OK);
  const auto piece = [&](std::uint64_t p) {
    const std::uint64_t first = p * width, count = std::min(width, d - first);
    std::vector<double> points(2 * count * d), f(2 * count);
    for (std::uint64_t k = 0; k < 2 * count; ++k) {
      double* point = &points[k * d];
      std::copy(x, x + d, point);
      const std::uint64_t j = first + k / 2;
      double& moved = point[j];
      moved += (k % 2 == 0 ? mu : -mu) * std::max(1.0, std::fabs(moved));
      if (instance_->lower != nullptr) moved = std::max(moved, instance_->lower[j]);
      if (instance_->upper != nullptr) moved = std::min(moved, instance_->upper[j]);
    }
    statuses[p] = instance_->evaluate(&instance_.abi(), ZEROTH_FULL_DATA, 2 * count, points.data(),
                                      f.data(), p == 0 ? message : nullptr);
    for (std::uint64_t k = 0; k < count; ++k) {
      const std::uint64_t j = first + k;
      const double width_of_step = points[2 * k * d + j] - points[(2 * k + 1) * d + j];
      g[j] = width_of_step > 0 ? (f[2 * k] - f[2 * k + 1]) / width_of_step : 0.0;
    }
  };
  side_by_side(pieces, piece);
  return *std::min_element(statuses.begin(), statuses.end());
}

}  // namespace zeroth::host
