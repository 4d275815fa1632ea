#include <zeroth/gradient_descent.hpp>

namespace {

class ZoSgd {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zo-sgd",
            .name = "ZO-SGD",
            .version = "1.1.0",
            .doc = "Stochastic gradient descent on forward differences along random directions.",
            .reference = "Ghadimi & Lan 2013, doi:10.1137/120880811",
            .parameters = zeroth::GradientDescent::parameters()};
  }

  explicit ZoSgd(const zeroth::Values& values) : descent_(values) {}

  void solve(zeroth::Run& run) const {
    descent_.descend(run, [](std::span<double>) {});
  }

 private:
  zeroth::GradientDescent descent_;
};

}  // namespace

ZEROTH_LIBRARY("zo_sgd", "1.1.0", zeroth::optimizer<ZoSgd>())
