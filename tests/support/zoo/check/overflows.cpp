#include "honest.hpp"
namespace {
struct Overflows : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-overflows"); }
  void solve(zeroth::Run& run) const {
    std::vector<double> x = run.start();
    double f = 0;
    zeroth::Random random(run.seed());
    do {
      x[0] += 1e-3 * random.normal();
      run.project(x);
      if (!run.evaluate(x, {&f, 1})) return;
      if (f == f && f > -1e300) x[0] -= 1e-9 * f;  // NaN it knows
      if (std::abs(x[0]) < 1e300) run.project(x);
    } while (run.iterate(x));
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<Overflows>())
