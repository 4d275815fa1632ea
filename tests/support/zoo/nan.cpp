#include <zeroth/optimizer.hpp>

#include <limits>

namespace {

class NanQuery {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-nan-query",
            .name = "NaN query",
            .version = "1",
            .doc = "Asks for the value at NaN."};
  }
  explicit NanQuery(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const {
    const std::vector<double> nan(run.dimension(), std::numeric_limits<double>::quiet_NaN());
    double f = 0;
    (void)run.evaluate(nan, {&f, 1});
  }
};

class NanIterate {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-nan-iterate", .name = "NaN iterate", .version = "1", .doc = "Walks to NaN."};
  }
  explicit NanIterate(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const {
    if (!run.iterate(run.initial_point())) return;
    std::vector<double> theta = run.start();
    theta.back() = std::numeric_limits<double>::quiet_NaN();
    (void)run.iterate(theta);
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_nan", "1", zeroth::optimizer<NanQuery>(), zeroth::optimizer<NanIterate>())
