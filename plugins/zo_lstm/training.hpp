// Training of ZO-LSTM: one of its two networks by truncated backpropagation through time.
#pragma once

#include <zeroth/training.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "zo_lstm/descent.hpp"

namespace zo_lstm {

/// Phase "update" learns the UpdateRNN on isotropic directions; phase "query" the QueryRNN, always
/// guided, with the UpdateRNN as it is.  With t = 0, 1, ... the iterations of an episode, a window
/// has the objective
///
///   code   sum_t t f(theta_{t+1}) + lambda |o_t|^2
///   paper  sum_t (t + 1) f(theta_{t+1}) + lambda |n_t - 1|^2
///
/// the second term in phase "query" only.
class Trainer {
 public:
  static constexpr const char* weights = "weights";
  static std::vector<zeroth::Parameter> parameters();

  Trainer(const zeroth::Values& optimizer, const zeroth::Values& training, std::uint64_t seed);

  std::size_t weight_count() const { return static_cast<std::size_t>(learned().weights().size()); }
  void get(std::span<double> out) const;
  void set(std::span<const double> in);
  void save(const std::string& path, const std::string& note) const { weights_.write(path, note); }

  /// One optimization with the trainer's weights, which may change between windows.
  ///
  /// Derivatives flow from f through theta and through both networks and their states, and through
  /// the estimate to the deviations.  They do not flow through the coefficients of the estimate,
  /// the inputs of the QueryRNN, or the beginning of a window (official code; method of the paper's
  /// section 3.3).  Memory: in proportion to the longest window.
  class Episode {
   public:
    Episode(const Trainer& trainer, const zeroth::Run& run);
    zeroth::Window window(std::uint64_t iterations, double& objective, std::span<double> gradient);

   private:
    struct Tape {
      Iteration iteration;
      VectorXd loss_gradient;          // at theta after the iteration
      VectorXd estimate_by_deviation;  // phase query
    };
    double loss_weight(std::uint64_t t) const;
    void backward(std::size_t steps, VectorXd& gradient) const;

    const Trainer& trainer_;
    zeroth::Run run_;
    zeroth::LossGradient loss_gradient_;
    Descent descent_;
    std::vector<Tape> tapes_;
    VectorXd slope_;  // the gradient at theta, where estimates are made from it
    std::uint64_t t_ = 0;
  };

 private:
  bool learns_query() const { return learns_query_; }
  Lstm& learned() { return learns_query_ ? *weights_.query : weights_.update; }
  const Lstm& learned() const { return learns_query_ ? *weights_.query : weights_.update; }
  double regularizer(const Iteration& iteration) const;

  Settings settings_;
  bool learns_query_, estimates_from_gradient_;
  double lambda_;
  Weights weights_;
};

}  // namespace zo_lstm
