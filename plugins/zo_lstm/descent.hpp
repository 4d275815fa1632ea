// One optimization by ZO-LSTM under way.
#pragma once

#include <zeroth/gradient_estimator.hpp>
#include <zeroth/optimizer.hpp>
#include <zeroth/random.hpp>
#include <zeroth/subspace.hpp>

#include <cstddef>
#include <span>
#include <vector>

#include "zo_lstm/deviation.hpp"
#include "zo_lstm/lstm.hpp"
#include "zo_lstm/weights.hpp"

namespace zo_lstm {

/// What is learned of the sampling of directions and of the update; the rest is done by hand.
enum class Variant { full, no_query, no_update, guided_es };

struct Settings {
  explicit Settings(const zeroth::Values& values);
  static std::vector<zeroth::Parameter> parameters();

  bool samples_by_query() const {
    return variant == Variant::full || variant == Variant::no_update;
  }

  Variant variant;
  Reading reading;
  std::size_t q;
  double mu, guidance, alpha, delta;
};

/// What one iteration did.
struct Iteration {
  Lstm::Step query, update;
  VectorXd o;           // of the QueryRNN
  Deviation deviation;  // from o
  bool guided = false;  // the directions have this deviation
  VectorXd y;           // of the update rule, before alpha
  VectorXd step;        // alpha y: what moves theta where no bound is
  VectorXd moved;       // 1, or 0 where a bound, or a step back, took the coordinate elsewhere
};

/// theta, the states of both networks, and what they hear of the last iteration.
///
///   o = QueryRNN(last estimate, last y)   u = deviation(o) z or z, by one coin an iteration
///   g = estimate with q directions u      y = UpdateRNN(g)      theta <- theta + alpha y
///
/// From a theta whose own evaluation failed it goes back to the last that did not.
class Descent {
 public:
  /// All must outlive the descent.
  Descent(zeroth::Run& run, const Settings& settings, const Weights& weights);

  /// One iteration, without run.iterate().  False: the run is over.
  /// slope  where given, the gradient at theta(), which the estimate is made from.
  [[nodiscard]] bool step(Iteration& done, const VectorXd* slope = nullptr);

  std::span<const double> theta() const { return theta_; }
  const zeroth::GradientEstimator& estimator() const { return estimator_; }
  /// dg/ds of the last guided step, coordinate by coordinate, with the coefficients constant:
  /// (1/q) sum_i c_i z_i.  A direction that a bound cut does not depend on s.
  VectorXd estimate_by_deviation(const Iteration& done) const;

 private:
  bool estimate(const Iteration& done, const VectorXd* slope);
  void draw(std::span<double> u, const Iteration& done);
  void bend_to_subspace(std::span<double> u);
  void move(Iteration& done);
  void step_back(Iteration& done);

  zeroth::Run& run_;
  const Settings& settings_;
  const Weights& weights_;
  const Index d_;
  std::vector<double> theta_, last_good_;  // the last whose own evaluation did not fail
  VectorXd last_estimate_, last_y_;
  Lstm::State query_state_, update_state_;
  zeroth::GaussianDirections gaussian_;
  zeroth::Random coin_, in_subspace_;
  zeroth::GradientEstimator estimator_;
  zeroth::Subspace subspace_;
  std::vector<double> z_;  // q x d, the normals of the last guided step
};

}  // namespace zo_lstm
