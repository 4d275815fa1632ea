#include "cma_es/search_distribution.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

namespace zeroth::cma {

Strategy::Strategy(std::size_t dimension, std::size_t population) : lambda(population) {
  const double n = static_cast<double>(dimension);
  const std::size_t mu = lambda / 2;
  double sum = 0, squares = 0, negative_sum = 0, negative_squares = 0;
  for (std::size_t i = 0; i < lambda; ++i) {  // eq. 49
    const double w =
        std::log(0.5 * (static_cast<double>(lambda) + 1)) - std::log(static_cast<double>(i) + 1);
    weights.push_back(w);
    (i < mu ? sum : negative_sum) += w;
    (i < mu ? squares : negative_squares) += w * w;
  }
  mu_eff = sum * sum / squares;
  const double mu_eff_negative = negative_sum * negative_sum / negative_squares;
  c_sigma = (mu_eff + 2) / (n + mu_eff + 5);                                         // eq. 55
  d_sigma = 1 + 2 * std::max(0.0, std::sqrt((mu_eff - 1) / (n + 1)) - 1) + c_sigma;  // eq. 55
  c_c = (4 + mu_eff / n) / (n + 4 + 2 * mu_eff / n);                                 // eq. 56
  c_1 = 2 / ((n + 1.3) * (n + 1.3) + mu_eff);                                        // eq. 57
  c_mu = std::min(1 - c_1, 2 * (0.25 + mu_eff + 1 / mu_eff - 2) /                    // eq. 58
                               ((n + 2) * (n + 2) + mu_eff));
  const double negative = std::min({1 + c_1 / c_mu, 1 + 2 * mu_eff_negative / (mu_eff + 2),
                                    (1 - c_1 - c_mu) / (n * c_mu)});  // eq. 50-52
  double total_negative = 0;
  for (const double w : weights) total_negative -= std::min(w, 0.0);
  for (double& w : weights) w *= w >= 0 ? 1 / sum : negative / total_negative;  // eq. 53
  expected_norm = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
}

SearchDistribution::SearchDistribution(const Eigen::VectorXd& mean, double sigma,
                                       const Strategy& strategy)
    : strategy_(strategy),
      mean_(mean),
      sigma_(sigma),
      p_sigma_(Eigen::VectorXd::Zero(mean.size())),
      p_c_(Eigen::VectorXd::Zero(mean.size())),
      covariance_(Eigen::MatrixXd::Identity(mean.size(), mean.size())),
      b_(covariance_),
      d_(Eigen::VectorXd::Ones(mean.size())) {
  const double change = 10 * static_cast<double>(mean.size()) * (strategy.c_1 + strategy.c_mu);
  decompose_every_ = static_cast<std::uint64_t>(std::max(1.0, std::floor(1 / change)));
}

Eigen::MatrixXd SearchDistribution::sample(Random& random, std::size_t count) const {
  Eigen::MatrixXd z(mean_.size(), static_cast<Eigen::Index>(count));
  for (Eigen::Index i = 0; i < z.size(); ++i) z.data()[i] = random.normal();
  const Eigen::MatrixXd y = b_ * (d_.asDiagonal() * z);  // ~ N(0, C), a column each
  return ((sigma_ * y).colwise() + mean_).transpose();
}

void SearchDistribution::update(const Eigen::MatrixXd& points, std::size_t usable) {
  const Strategy& s = strategy_;
  const double n = static_cast<double>(mean_.size());
  const Eigen::MatrixXd y = (points.rowwise() - mean_.transpose()).transpose() / sigma_;
  const Eigen::MatrixXd whitened = d_.cwiseInverse().asDiagonal() * (b_.transpose() * y);

  Eigen::VectorXd selected(points.rows()), weights(points.rows());  // of the mean, of C
  double sum = 0;
  for (Eigen::Index i = 0; i < points.rows(); ++i) {
    const std::size_t rank = static_cast<std::size_t>(i);
    const double w = rank < usable ? s.weights[rank] : std::min(s.weights[rank], 0.0);
    selected[i] = std::max(w, 0.0);
    weights[i] = w >= 0 ? w : w * n / std::max(whitened.col(i).squaredNorm(), 1e-300);  // eq. 46
    sum += w;
  }
  const Eigen::VectorXd step = y * selected;
  mean_ += sigma_ * step;

  p_sigma_ = (1 - s.c_sigma) * p_sigma_ + std::sqrt(s.c_sigma * (2 - s.c_sigma) * s.mu_eff) *
                                              (b_ * (whitened * selected));  // eq. 43
  ++generation_;
  const double unbiased =
      std::sqrt(1 - std::pow(1 - s.c_sigma, 2.0 * static_cast<double>(generation_)));
  const bool growing = p_sigma_.norm() / unbiased < (1.4 + 2 / (n + 1)) * s.expected_norm;
  const double h_sigma = growing ? 1 : 0;
  p_c_ = (1 - s.c_c) * p_c_ + h_sigma * std::sqrt(s.c_c * (2 - s.c_c) * s.mu_eff) * step;  // eq. 45
  const double lost = (1 - h_sigma) * s.c_c * (2 - s.c_c);
  covariance_ *= 1 + s.c_1 * lost - s.c_1 - s.c_mu * sum;  // eq. 47
  covariance_ += s.c_1 * p_c_ * p_c_.transpose();
  covariance_ += s.c_mu * (y * weights.asDiagonal() * y.transpose());
  sigma_ *= std::exp(
      std::min(1.0, s.c_sigma / s.d_sigma * (p_sigma_.norm() / s.expected_norm - 1)));  // eq. 44
  if (generation_ - decomposed_ >= decompose_every_) decompose();
}

void SearchDistribution::decompose() {
  decomposed_ = generation_;
  covariance_ = (0.5 * (covariance_ + covariance_.transpose())).eval();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance_);
  if (solver.info() != Eigen::Success) return;  // exhausted() will tell
  b_ = solver.eigenvectors();
  const double largest = solver.eigenvalues().maxCoeff();
  d_ = solver.eigenvalues().cwiseMax(1e-18 * largest).cwiseSqrt();
}

bool SearchDistribution::exhausted(double initial_sigma) const {
  const double condition = d_.maxCoeff() / d_.minCoeff();
  if (!(condition < 1e7) || !std::isfinite(sigma_)) return true;
  const Eigen::VectorXd deviations = sigma_ * covariance_.diagonal().cwiseMax(0.0).cwiseSqrt();
  if (deviations.maxCoeff() < 1e-12 * initial_sigma) return true;
  return ((mean_ + 0.2 * deviations).array() == mean_.array()).any();
}

}  // namespace zeroth::cma
