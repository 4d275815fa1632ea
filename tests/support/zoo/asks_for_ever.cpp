#include <zeroth/optimizer.hpp>

namespace {

class AsksForEver {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-asks-for-ever",
            .name = "Asks for ever",
            .version = "1",
            .doc = "Goes on after it is told to stop, for ever."};
  }
  explicit AsksForEver(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const {
    if (!run.iterate(run.initial_point())) return;
    std::vector<double> x = run.start();
    double f = 0;
    for (;;) static_cast<void>(run.evaluate(x, {&f, 1}));
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_asks_for_ever", "1", zeroth::optimizer<AsksForEver>())
