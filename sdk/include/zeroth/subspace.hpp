// The guiding subspace of Guided ES, and other spans.
#pragma once

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

namespace zeroth {

/// Orthonormal basis of the span of some vectors.
class Subspace {
 public:
  /// Gram-Schmidt, each vector reduced twice for orthogonality to rounding.  A vector that is zero,
  /// not finite, or dependent on those before it (to 1e-8 of its length) adds nothing.
  void span_of(std::initializer_list<std::span<const double>> vectors) {
    basis_.clear();
    for (const std::span<const double> v : vectors) {
      std::vector<double> u(v.begin(), v.end());
      if (!normalise(u, 0.0)) continue;
      bool independent = true;
      for (int pass = 0; pass < 2 && independent; ++pass) {
        for (const std::vector<double>& b : basis_) {
          const double along = dot(u, b);
          for (std::size_t j = 0; j < u.size(); ++j) u[j] -= along * b[j];
        }
        independent = normalise(u, 1e-8);
      }
      if (independent) basis_.push_back(std::move(u));
    }
  }

  std::size_t dimension() const { return basis_.size(); }
  std::span<const double> basis(std::size_t column) const { return basis_[column]; }

 private:
  static double dot(std::span<const double> a, std::span<const double> b) {
    double sum = 0.0;
    for (std::size_t j = 0; j < a.size(); ++j) sum += a[j] * b[j];
    return sum;
  }
  // Whether u is longer than shortest; it then has length 1.
  static bool normalise(std::span<double> u, double shortest) {
    double largest = 0.0;  // first, so that squares neither overflow nor vanish
    for (const double value : u) largest = std::fmax(largest, std::fabs(value));
    if (!(largest > 0.0) || !std::isfinite(largest)) return false;
    for (double& value : u) value /= largest;
    const double length = std::sqrt(dot(u, u));
    for (double& value : u) value /= length;
    return largest * length > shortest;
  }

  std::vector<std::vector<double>> basis_;
};

}  // namespace zeroth
