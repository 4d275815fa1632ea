// An optimizer as a third party would write it: one step of fixed length along each estimate.
// ZOO_ID tells the builds of several compilers apart.
#include <zeroth/gradient_descent.hpp>

#include <cmath>

namespace {

class Example {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = ZOO_ID,
            .name = "Example",
            .version = "1",
            .doc = "Steps of one length along the estimated gradient.",
            .parameters = zeroth::GradientDescent::parameters()};
  }
  explicit Example(const zeroth::Values& values) : descent_(values) {}
  void solve(zeroth::Run& run) const {
    descent_.descend(run, [](std::span<double> g) {
      double squares = 0.0;
      for (const double value : g) squares += value * value;
      if (squares == 0.0) return;
      for (double& value : g) value /= std::sqrt(squares);
    });
  }

 private:
  zeroth::GradientDescent descent_;
};

}  // namespace

ZEROTH_LIBRARY(ZOO_ID, "1", zeroth::optimizer<Example>())
