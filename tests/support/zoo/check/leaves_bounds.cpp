#include "honest.hpp"
namespace {
struct LeavesBounds : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-leaves-bounds"); }
  void solve(zeroth::Run& run) const {
    std::vector<double> x = run.start();
    double f = 0;
    zeroth::Random random(run.seed());
    do {
      for (double& each : x) each += 0.01 * random.normal();
      if (!run.evaluate(x, {&f, 1})) return;
    } while (run.iterate(x));
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<LeavesBounds>())
