#include <zeroth/gradient_estimator.hpp>
#include <zeroth/optimizer.hpp>

namespace {

class ZoSgd {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zo-sgd",
            .name = "ZO-SGD",
            .version = "1.0.0",
            .doc = "Stochastic gradient descent on forward differences along random directions.",
            .reference = "Ghadimi & Lan 2013, doi:10.1137/120880811",
            .parameters = {
                zeroth::real("delta", 1.0, zeroth::positive, "step size times the dimension"),
                zeroth::integer("q", 20, 1, 1'000'000, "query directions per iteration"),
                zeroth::real("mu", 1e-6, zeroth::positive, "smoothing radius of the differences")}};
  }

  explicit ZoSgd(const zeroth::Values& values)
      : delta_(values.real("delta")), mu_(values.real("mu")), q_(values.integer("q")) {}

  void solve(zeroth::Run& run) const {
    std::vector<double> theta = run.start();
    const double eta = delta_ / static_cast<double>(run.dimension());
    zeroth::GaussianDirections directions(run);
    zeroth::GradientEstimator estimator(run, q_, mu_);
    do {
      if (!estimator.estimate(theta, directions)) return;
      for (std::size_t j = 0; j < theta.size(); ++j) theta[j] -= eta * estimator.gradient()[j];
      run.project(theta);
    } while (run.iterate(theta));
  }

 private:
  double delta_, mu_;
  std::size_t q_;
};

}  // namespace

ZEROTH_LIBRARY("zo_sgd", "1.0.0", zeroth::optimizer<ZoSgd>())
