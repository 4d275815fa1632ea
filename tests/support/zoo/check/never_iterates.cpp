#include "honest.hpp"
namespace {
struct NeverIterates : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-never-iterates"); }
  void solve(zeroth::Run& run) const {
    double f = 0;
    zeroth::Random random(run.seed());
    std::vector<double> x = run.start();
    do {
      x[0] = run.start()[0] + 0.1 * random.uniform();
      run.project(x);
    } while (run.evaluate(x, {&f, 1}));
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<NeverIterates>())
