// Descent along estimated gradients: what ZO-SGD and its relatives share.
#pragma once

#include <zeroth/gradient_estimator.hpp>
#include <zeroth/optimizer.hpp>
#include <zeroth/parameters.hpp>
#include <zeroth/trace.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace zeroth {

/// theta <- projection of theta - (delta / d) step, where step is made from the estimate of
/// equation 1 by the rule of the optimizer.  q + 1 queries per iteration, theta first.  From a
/// theta whose own evaluation failed there is no estimate: the next is the last that did not fail.
class GradientDescent {
 public:
  /// delta, q and mu, with an optimizer's own parameters between delta and q.
  static std::vector<Parameter> parameters(std::vector<Parameter> own = {}) {
    own.insert(own.begin(), real("delta", 1.0, positive, "step size times the dimension"));
    own.push_back(integer("q", 20, 1, 1'000'000, "query directions per iteration"));
    own.push_back(real("mu", 1e-6, positive, "smoothing radius of the forward differences"));
    return own;
  }

  explicit GradientDescent(const Values& values)
      : delta_(values.real("delta")), mu_(values.real("mu")), q_(values.integer("q")) {}

  /// Until the run ends.  rule(std::span<double> g), called once per iteration, turns the estimate
  /// (dimension values) in place into the step.  Traces estimate and update.
  template <typename Rule>
  void descend(Run& run, Rule&& rule) const {
    std::vector<double> theta = run.start(), last_good;
    std::vector<double> update(theta.size());
    const double eta = delta_ / static_cast<double>(theta.size());
    GaussianDirections directions(run);
    GradientEstimator estimator(run, q_, mu_);
    const Trace trace(run);
    do {
      if (!estimator.estimate(theta, directions)) return;
      trace.record("estimate", estimator.gradient());
      const bool steps_back = !std::isfinite(estimator.value()) && !last_good.empty();
      if (std::isfinite(estimator.value())) {
        last_good = theta;
        std::copy(estimator.gradient().begin(), estimator.gradient().end(), update.begin());
        rule(std::span<double>(update));
        for (double& u : update) u *= -eta;
      } else if (steps_back) {
        std::transform(last_good.begin(), last_good.end(), theta.begin(), update.begin(),
                       std::minus<double>());
      }
      trace.record("update", update);
      if (steps_back) {
        theta = last_good;  // exactly, however far away theta is
      } else {
        for (std::size_t j = 0; j < theta.size(); ++j) theta[j] += update[j];
        run.project(theta);
      }
    } while (run.iterate(theta));
  }

 private:
  double delta_, mu_;
  std::size_t q_;
};

}  // namespace zeroth
