#include <zeroth/optimizer.hpp>
#include <zeroth/random.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace {

// Each iteration tries q normal steps around the best point so far.  A success makes the steps
// longer, a failure makes them shorter.
class MyOptimizer {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "my-optimizer",
            .name = "My optimizer",
            .version = "1.0.0",  // of the numbers: another result is another version
            .doc = "Keeps the best of q normal steps of adaptive length.",
            .reference = "",
            .parameters = {zeroth::integer("q", 10, 1, 1'000'000, "candidates per iteration"),
                           zeroth::real("sigma", 1.0, zeroth::positive, "first length of steps")}};
  }

  // The values are inside their ranges; throw zeroth::Error for what a range cannot say.
  explicit MyOptimizer(const zeroth::Values& values)
      : q_(values.integer("q")), sigma_(values.real("sigma")) {}

  void solve(zeroth::Run& run) const {
    const std::size_t d = run.dimension();
    zeroth::Random random(run.seed());
    std::vector<double> best = run.start();
    std::vector<double> points((q_ + 1) * d), f(q_ + 1);  // the best point, then the candidates
    double sigma = sigma_;
    do {
      for (std::size_t i = 0; i <= q_; ++i) {
        const std::span<double> x(&points[i * d], d);
        for (std::size_t j = 0; j < d; ++j) {
          x[j] = best[j] + (i == 0 ? 0.0 : sigma * random.normal());
        }
        run.project(x);  // into the bounds, if the problem has some
      }
      if (!run.evaluate(points, f)) return;
      std::size_t lowest = 0;
      for (std::size_t i = 1; i <= q_; ++i) {
        const bool failed = std::isnan(f[i]);  // and no comparison with a NaN is true
        if (!failed && !(f[lowest] <= f[i])) lowest = i;
      }
      if (lowest != 0) std::copy_n(&points[lowest * d], d, best.begin());
      sigma = std::clamp(sigma * (lowest != 0 ? 1.5 : 0.7), 1e-12, 1e12);
    } while (run.iterate(best));
  }

 private:
  std::size_t q_;
  double sigma_;
};

}  // namespace

ZEROTH_LIBRARY("my_optimizer", "1.0.0", zeroth::optimizer<MyOptimizer>())
