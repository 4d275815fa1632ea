// The zeroth-order gradient estimator.
#pragma once

#include <zeroth/optimizer.hpp>
#include <zeroth/random.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

namespace zeroth {

/// Standard normal query directions: the host's if it gives some (zeroth.directions/1), else the
/// run's own.
class GaussianDirections {
 public:
  explicit GaussianDirections(const Run& run)
      : run_(run.abi()),
        given_(static_cast<const zeroth_directions_1*>(run.extension(ZEROTH_DIRECTIONS_1))),
        random_(run.seed()) {}

  /// u  n x dimension.
  void operator()(std::span<double> u) {
    if (given_ == nullptr) return random_.normals(u);
    const zeroth_status status = given_->draw(run_, u.size() / run_->dimension, u.data());
    if (status != ZEROTH_OK)
      throw Error("the host has no more query directions to give", std::min(status, -1));
  }

 private:
  const zeroth_run* run_;
  const zeroth_directions_1* given_;
  Random random_;
};

/// Gradient estimates of the host, where it gives some (zeroth.estimates/1): they stand for all
/// that an optimizer would learn by evaluating.
class GivenEstimates {
 public:
  explicit GivenEstimates(const Run& run)
      : run_(run.abi()),
        given_(static_cast<const zeroth_estimates_1*>(run.extension(ZEROTH_ESTIMATES_1))) {}

  explicit operator bool() const { return given_ != nullptr; }

  /// g  dimension values.  False: the run is over.
  [[nodiscard]] bool next(std::span<double> g) const {
    const zeroth_status status = given_->next(run_, g.data());
    if (status < 0) throw Error("the host has no estimate to give", status);
    return status != ZEROTH_STOP;
  }

 private:
  const zeroth_run* run_;
  const zeroth_estimates_1* given_;
};

/// Forward differences along q directions (Nesterov & Spokoiny 2017; ZO-LSTM, equation 1):
///
///   gradient = (1/q) sum_i c_i u_i,   c_i = (f(theta + mu u_i) - f(theta)) / mu
///
/// with f(theta) evaluated once: one batch of q + 1 points, theta first.
/// A direction that leaves the bounds is cut where it does.  A point that failed (NaN) is left out
/// of the mean.
class GradientEstimator {
 public:
  /// q >= 1 directions, mu > 0 the smoothing radius.  The run must outlive the estimator.
  GradientEstimator(Run& run, std::size_t q, double mu)
      : run_(run),
        given_(run),
        q_(q),
        mu_(mu),
        directions_(q * run.dimension()),
        points_((q + 1) * run.dimension()),
        values_(q + 1),
        coefficients_(q),
        gradient_(run.dimension()) {}

  /// One estimate at theta (dimension values, inside the bounds), with u (q x dimension) filled by
  /// draw(std::span<double>).  False: the run is over and nothing was estimated.
  /// Where the host gives estimates, gradient() alone is filled.
  template <typename Directions>
  [[nodiscard]] bool estimate(std::span<const double> theta, Directions&& draw) {
    if (given_) return given_.next(gradient_);
    draw(std::span<double>(directions_));
    place_points(theta);
    if (!run_.evaluate(points_, values_)) return false;
    for (std::size_t i = 0; i < q_; ++i) coefficients_[i] = (values_[i + 1] - values_[0]) / mu_;
    combine();
    return true;
  }

  /// The same for a vanishing mu, from the gradient of f at theta: c_i = slope . u_i.  theta is the
  /// one point that is evaluated.
  /// slope  dimension values, finite.
  template <typename Directions>
  [[nodiscard]] bool estimate_from(std::span<const double> theta, std::span<const double> slope,
                                   Directions&& draw) {
    draw(std::span<double>(directions_));
    place_points(theta);
    if (!run_.evaluate(theta, {values_.data(), 1})) return false;
    for (std::size_t i = 0; i < q_; ++i) {
      coefficients_[i] =
          std::inner_product(slope.begin(), slope.end(), &directions_[i * slope.size()], 0.0);
    }
    combine();
    return true;
  }

  /// dimension values
  std::span<const double> gradient() const { return gradient_; }
  /// q x dimension
  std::span<const double> directions() const { return directions_; }
  /// q values c_i; 0 where it failed
  std::span<const double> coefficients() const { return coefficients_; }
  /// f(theta)
  double value() const { return values_[0]; }
  /// of q: those that did not fail
  std::size_t points_used() const { return good_; }

 private:
  void place_points(std::span<const double> theta) {
    const std::size_t d = theta.size();
    std::copy(theta.begin(), theta.end(), points_.begin());
    for (std::size_t i = 0; i < q_; ++i) {
      double* u = &directions_[i * d];
      double* x = &points_[(i + 1) * d];
      for (std::size_t j = 0; j < d; ++j) x[j] = theta[j] + mu_ * u[j];
      if (!run_.bounded()) continue;
      for (std::size_t j = 0; j < d; ++j) {
        const double inside = std::clamp(x[j], run_.lower(j), run_.upper(j));
        if (inside == x[j]) continue;
        x[j] = inside;
        u[j] = (inside - theta[j]) / mu_;
      }
    }
  }

  void combine() {
    const std::size_t d = gradient_.size();
    good_ = 0;
    for (double& c : coefficients_) {
      good_ += std::isfinite(c) ? 1 : 0;
      if (!std::isfinite(c)) c = 0.0;
    }
    std::fill(gradient_.begin(), gradient_.end(), 0.0);
    for (std::size_t i = 0; i < q_; ++i) {
      const double c = coefficients_[i];
      const double* u = &directions_[i * d];
      for (std::size_t j = 0; j < d; ++j) gradient_[j] += c * u[j];
    }
    if (good_ == 0) return;
    for (double& g : gradient_) g /= static_cast<double>(good_);
  }

  Run& run_;
  GivenEstimates given_;
  std::size_t q_, good_ = 0;
  double mu_;
  std::vector<double> directions_, points_, values_, coefficients_, gradient_;
};

}  // namespace zeroth
