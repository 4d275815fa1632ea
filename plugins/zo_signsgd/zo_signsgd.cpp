#include <zeroth/gradient_descent.hpp>

namespace {

class ZoSignSgd {
 public:
  static zeroth::OptimizerInfo info() {
    return {
        .id = "zo-signsgd",
        .name = "ZO-signSGD",
        .version = "1.1.0",
        .doc = "Steps of one length in every coordinate, along the sign of the estimated gradient.",
        .reference = "Liu, Chen, Chen & Hong 2019, ICLR, openreview.net/forum?id=BJe-DsC5Fm",
        .parameters = zeroth::GradientDescent::parameters()};
  }

  explicit ZoSignSgd(const zeroth::Values& values) : descent_(values) {}

  void solve(zeroth::Run& run) const {
    descent_.descend(run, [](std::span<double> g) {
      for (double& value : g) value = static_cast<double>((value > 0.0) - (value < 0.0));
    });
  }

 private:
  zeroth::GradientDescent descent_;
};

}  // namespace

ZEROTH_LIBRARY("zo_signsgd", "1.1.0", zeroth::optimizer<ZoSignSgd>())
