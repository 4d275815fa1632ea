#include "honest.hpp"
namespace {
struct TrustsValues : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-trusts-values"); }
  void solve(zeroth::Run& run) const {
    std::vector<double> x = run.start();
    double f = 0;
    zeroth::Random random(run.seed());
    for (;;) {
      if (!run.evaluate(x, {&f, 1})) return;
      if (f != f) throw zeroth::Error("a point failed");
      x[0] = run.start()[0] + 0.1 * random.uniform();
      run.project(x);
      if (!run.iterate(x)) return;
    }
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<TrustsValues>())
