// The normal distribution that CMA-ES samples from and adapts.
#pragma once

#include <zeroth/random.hpp>

#include <Eigen/Dense>
#include <cstdint>
#include <vector>

namespace zeroth::cma {

/// Constants of one population size, from the tutorial: N. Hansen, The CMA evolution strategy,
/// arXiv:1604.00772 (2016), table 1.
struct Strategy {
  Strategy(std::size_t n, std::size_t lambda);
  std::size_t lambda;
  std::vector<double> weights;  // by rank; those of the worse half are negative
  double mu_eff, c_sigma, d_sigma, c_c, c_1, c_mu, expected_norm;
};

/// N(mean, sigma^2 C) in n dimensions.
class SearchDistribution {
 public:
  SearchDistribution(const Eigen::VectorXd& mean, double sigma, const Strategy& strategy);

  /// One row for each point.
  Eigen::MatrixXd sample(Random& random, std::size_t count) const;

  /// points   lambda x n, best first; they need not be as sampled.
  /// usable   so many of them, from the first, have a value.
  void update(const Eigen::MatrixXd& points, std::size_t usable);
  /// After a generation without any value.
  void narrow() { sigma_ *= 0.5; }

  const Eigen::VectorXd& mean() const { return mean_; }
  /// Whether to go on is useless: no room left, or numbers without digits left.
  bool exhausted(double initial_sigma) const;

 private:
  void decompose();

  Strategy strategy_;
  Eigen::VectorXd mean_;
  double sigma_;
  Eigen::VectorXd p_sigma_, p_c_;  // evolution paths
  Eigen::MatrixXd covariance_;     // C = B diag(d^2) B'
  Eigen::MatrixXd b_;
  Eigen::VectorXd d_;
  std::uint64_t generation_ = 0, decomposed_ = 0, decompose_every_ = 1;
};

}  // namespace zeroth::cma
