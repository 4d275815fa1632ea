#include "honest.hpp"
namespace {
struct SharesState : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-shares-state"); }
  void solve(zeroth::Run& run) const {
    static double moved;  // by whichever run was last to write it
    moved = 0.0;
    std::vector<double> x = run.start();
    double f = 0;
    zeroth::Random random(run.seed());
    do {
      moved += 0.1 * random.normal();
      x[0] = run.start()[0] + moved;
      run.project(x);
      if (!run.evaluate(x, {&f, 1})) return;
    } while (run.iterate(x));
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<SharesState>())
