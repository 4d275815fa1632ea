#include "run/loss_gradient.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "plugins/boundary.hpp"
#include "run/pieces.hpp"

namespace zeroth::host {
namespace {

constexpr double mu = 1e-6;              // as the official code, relative to a coordinate above 1
constexpr std::uint64_t most_rows = 64;  // of one batch

}  // namespace

LossGradient::LossGradient(const Instance& instance, GradientSource source)
    : instance_(instance),
      exact_(source == GradientSource::exact ? instance.gradient() : nullptr) {}

zeroth_status LossGradient::operator()(const double* x, double* g, zeroth_message* message) const {
  const zeroth_status status = exact_ != nullptr
                                   ? exact_->gradient(&instance_.abi(), ZEROTH_FULL_DATA, x, g)
                                   : differences(x, g, message);
  if (status != ZEROTH_OK) return status;
  const bool finite =
      std::all_of(g, g + instance_.dimension(), [](double v) { return std::isfinite(v); });
  return finite ? ZEROTH_OK : ZEROTH_DISCARD;
}

// Equation 5 of the paper: [f(x + mu e_j) - f(x - mu e_j)] / (2 mu), inside the bounds.  Row 2j of
// all points is the first, row 2j + 1 the second.  Batches end at boundaries that depend on the
// problem alone, so that the bits do not depend on the threads.
zeroth_status LossGradient::differences(const double* x, double* g, zeroth_message* message) const {
  const std::uint64_t d = instance_.dimension();
  std::vector<double> moved(2 * d);  // the one coordinate of each row that is not x
  for (std::uint64_t row = 0; row < 2 * d; ++row) {
    const std::uint64_t j = row / 2;
    double& to = moved[row];
    to = x[j] + (row % 2 == 0 ? mu : -mu) * std::max(1.0, std::fabs(x[j]));
    if (instance_->lower != nullptr) to = std::max(to, instance_->lower[j]);
    if (instance_->upper != nullptr) to = std::min(to, instance_->upper[j]);
  }
  const std::uint64_t batch =
      instance_->batch_rows == 0 ? most_rows : std::min(instance_->batch_rows, most_rows);
  const std::uint64_t pieces = (2 * d + batch - 1) / batch;
  std::vector<double> f(2 * d);
  const auto piece = [&](std::uint64_t p, zeroth_message* here) {
    const std::uint64_t first = p * batch, count = std::min(batch, 2 * d - first);
    std::vector<double> points(count * d);
    for (std::uint64_t k = 0; k < count; ++k) {
      std::copy(x, x + d, &points[k * d]);
      points[k * d + (first + k) / 2] = moved[first + k];
    }
    return instance_.evaluate(ZEROTH_FULL_DATA, count, points.data(), &f[first], here);
  };
  const zeroth_status status = in_pieces(pieces, message, piece);
  for (std::uint64_t j = 0; j < d; ++j) {
    const double width = moved[2 * j] - moved[2 * j + 1];
    g[j] = width > 0 ? (f[2 * j] - f[2 * j + 1]) / width : 0.0;
  }
  return status;
}

}  // namespace zeroth::host
