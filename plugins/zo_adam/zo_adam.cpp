#include <zeroth/gradient_descent.hpp>

#include <cmath>

namespace {

// Moments of the gradient, one pair per coordinate (Kingma & Ba 2015, algorithm 1).
class Moments {
 public:
  Moments(std::size_t dimension, double beta1, double beta2)
      : beta1_(beta1), beta2_(beta2), m_(dimension), v_(dimension) {}

  // The estimate in, the step out.
  void operator()(std::span<double> g) {
    power1_ *= beta1_;  // beta^t without pow(), whose bits differ between libraries
    power2_ *= beta2_;
    for (std::size_t j = 0; j < g.size(); ++j) {
      m_[j] = beta1_ * m_[j] + (1.0 - beta1_) * g[j];
      v_[j] = beta2_ * v_[j] + (1.0 - beta2_) * g[j] * g[j];
      const double m_hat = m_[j] / (1.0 - power1_);
      const double v_hat = v_[j] / (1.0 - power2_);
      g[j] = m_hat / (std::sqrt(v_hat) + epsilon);
    }
  }

 private:
  static constexpr double epsilon = 1e-8;
  double beta1_, beta2_, power1_ = 1.0, power2_ = 1.0;
  std::vector<double> m_, v_;
};

class ZoAdam {
 public:
  static zeroth::OptimizerInfo info() {
    return {
        .id = "zo-adam",
        .name = "ZO-ADAM",
        .version = "1.1.0",
        .doc = "Adam with bias correction on forward differences along random directions.",
        .reference =
            "Kingma & Ba 2015, ICLR, arXiv:1412.6980; with equation 1 of Ruan et al. 2020, ICLR",
        .parameters = zeroth::GradientDescent::parameters(
            {zeroth::real("beta1", 0.9, zeroth::half_open(0.0, 1.0), "decay of the first moment"),
             zeroth::real("beta2", 0.996, zeroth::half_open(0.0, 1.0),
                          "decay of the second moment")})};
  }

  explicit ZoAdam(const zeroth::Values& values)
      : descent_(values), beta1_(values.real("beta1")), beta2_(values.real("beta2")) {}

  void solve(zeroth::Run& run) const {
    descent_.descend(run, Moments(run.dimension(), beta1_, beta2_));
  }

 private:
  zeroth::GradientDescent descent_;
  double beta1_, beta2_;
};

}  // namespace

ZEROTH_LIBRARY("zo_adam", "1.1.0", zeroth::optimizer<ZoAdam>())
