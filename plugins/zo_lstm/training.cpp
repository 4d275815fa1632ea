#include "zo_lstm/training.hpp"

#include <zeroth/error.hpp>

#include <algorithm>
#include <cmath>

namespace zo_lstm {

std::vector<zeroth::Parameter> Trainer::parameters() {
  return {zeroth::choice("phase", {"update", "query"}, "the network that learns"),
          zeroth::choice("estimates", {"differences", "gradient"},
                         "estimates are made of differences, as in runs, or of the gradient, where "
                         "a vanishing mu leads: one evaluation in place of q + 1; not for a loss "
                         "of minibatches, whose noise would be missing"),
          zeroth::real("regularization", 0.005, zeroth::non_negative,
                       "weight lambda of the penalty on what the QueryRNN predicts"),
          zeroth::real("input_scale", 1.0, zeroth::positive,
                       "factor on the first random weights of the inputs: the reciprocal of the "
                       "size of estimates"),
          zeroth::real("update_scale", 1.0, zeroth::positive,
                       "factor on the learned update that the phase begins with")};
}

Trainer::Trainer(const zeroth::Values& optimizer, const zeroth::Values& training,
                 std::uint64_t seed)
    : settings_(optimizer),
      learns_query_(training.text("phase") == "query"),
      estimates_from_gradient_(training.text("estimates") == "gradient"),
      lambda_(training.real("regularization")) {
  settings_.variant = learns_query_ ? Variant::full : Variant::no_query;
  settings_.guidance = 1.0;
  const std::string start = optimizer.text("weights");
  if (!start.empty()) {
    weights_ = Weights::read(start);
  } else if (learns_query_) {
    throw zeroth::Error(
        "phase \"query\" needs the weights of an UpdateRNN: train the phase \"update\" before it, "
        "or "
        "set the parameter weights");
  } else {
    weights_.update = random_lstm(1, training.real("input_scale"), seed, 0);
  }
  weights_.update.weights().tail(hidden) *= training.real("update_scale");
  if (learns_query_ && !weights_.query) {
    weights_.query = random_lstm(2, training.real("input_scale"), seed, 1);
  }
}

void Trainer::get(std::span<double> out) const {
  std::copy_n(learned().weights().data(), out.size(), out.begin());
}

void Trainer::set(std::span<const double> in) {
  std::copy(in.begin(), in.end(), learned().weights().data());
}

double Trainer::regularizer(const Iteration& iteration) const {
  return settings_.reading == Reading::code
             ? lambda_ * iteration.o.squaredNorm()
             : lambda_ * (iteration.deviation.n.array() - 1.0).square().sum();
}

Trainer::Episode::Episode(const Trainer& trainer, const zeroth::Run& run)
    : trainer_(trainer),
      run_(run),
      loss_gradient_(run),
      descent_(run_, trainer.settings_, trainer.weights_) {}

double Trainer::Episode::loss_weight(std::uint64_t t) const {
  return static_cast<double>(t) + (trainer_.settings_.reading == Reading::paper ? 1.0 : 0.0);
}

zeroth::Window Trainer::Episode::window(std::uint64_t iterations, double& objective,
                                        std::span<double> gradient) {
  const std::uint64_t begin = t_;
  const bool from_gradient = trainer_.estimates_from_gradient_;
  if (from_gradient && t_ == 0) {
    const std::span<const double> theta = descent_.theta();
    slope_.resize(static_cast<Index>(theta.size()));
    if (!loss_gradient_(theta, {slope_.data(), theta.size()})) return zeroth::Window::not_finite;
  }
  std::size_t steps = 0;
  double sum = 0.0;
  for (bool goes_on = true; goes_on && steps < iterations; ++steps, ++t_) {
    if (steps == tapes_.size()) tapes_.emplace_back();
    Tape& tape = tapes_[steps];
    if (!descent_.step(tape.iteration, from_gradient ? &slope_ : nullptr)) break;
    if (steps > 0) sum += loss_weight(t_ - 1) * descent_.estimator().value();
    if (trainer_.learns_query()) {
      sum += trainer_.regularizer(tape.iteration);
      tape.estimate_by_deviation = descent_.estimate_by_deviation(tape.iteration);
    }
    const std::span<const double> theta = descent_.theta();
    tape.loss_gradient.resize(static_cast<Index>(theta.size()));
    if (!loss_gradient_(theta, {tape.loss_gradient.data(), theta.size()})) {
      return zeroth::Window::not_finite;
    }
    if (from_gradient) slope_ = tape.loss_gradient;
    if (steps + 1 == iterations) {
      double last = 0.0;
      if (!run_.evaluate(theta, {&last, 1})) break;
      sum += loss_weight(t_) * last;
    }
    goes_on = run_.iterate(theta);
  }
  if (t_ == begin) return zeroth::Window::stop;
  VectorXd total = VectorXd::Zero(static_cast<Index>(gradient.size()));
  backward(steps, total);
  std::copy(total.begin(), total.end(), gradient.begin());
  objective = sum;
  return std::isfinite(sum) && total.allFinite() ? zeroth::Window::done
                                                 : zeroth::Window::not_finite;
}

void Trainer::Episode::backward(std::size_t steps, VectorXd& gradient) const {
  const auto d = static_cast<Index>(descent_.theta().size());
  const Settings& settings = trainer_.settings_;
  const Weights& nets = trainer_.weights_;
  Lstm::State d_update(d), d_query(d);
  VectorXd d_theta = VectorXd::Zero(d), frozen = VectorXd::Zero(nets.update.weights().size());
  MatrixXd d_estimate;
  for (std::size_t k = steps; k-- > 0;) {
    const Tape& tape = tapes_[k];
    const Iteration& iteration = tape.iteration;
    d_theta += loss_weight(t_ - steps + k) * tape.loss_gradient;
    d_theta.array() *= iteration.moved.array();
    const VectorXd d_y = settings.alpha * d_theta;
    if (!trainer_.learns_query()) {
      nets.update.backward(iteration.update, d_y, d_update, gradient);
      continue;
    }
    nets.update.backward(iteration.update, d_y, d_update, frozen, &d_estimate);
    const VectorXd d_s = tape.estimate_by_deviation.cwiseProduct(d_estimate.col(0));
    VectorXd d_n = VectorXd::Zero(d), d_o = VectorXd::Zero(d);
    if (settings.reading == Reading::code) {
      d_o = 2.0 * trainer_.lambda_ * iteration.o;
    } else {
      d_n = 2.0 * trainer_.lambda_ * (iteration.deviation.n.array() - 1.0);
    }
    d_o += iteration.deviation.backward(d_s, d_n, settings.reading);
    nets.query->backward(iteration.query, d_o, d_query, gradient);
  }
}

}  // namespace zo_lstm
