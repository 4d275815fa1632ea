// A coordinatewise LSTM: one small network, with a state of its own for each coordinate.
#pragma once

#include <Eigen/Core>

namespace zo_lstm {

using Eigen::ArrayXXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

inline constexpr Index hidden = 10, gates = 4 * hidden;

/// One LSTM layer without biases and a linear output, as PyTorch has them (gate order i, f, g, o):
///
///   a = W_ih x + W_hh h    c <- sigmoid(f) c + sigmoid(i) tanh(g)    h <- sigmoid(o) tanh(c)
///   y = w h
///
/// d is the number of coordinates, all advanced at once.
class Lstm {
 public:
  explicit Lstm(Index inputs)
      : inputs_(inputs), weights_(VectorXd::Zero((inputs + hidden) * gates + hidden)) {}

  /// Of each coordinate, (d, hidden).
  struct State {
    explicit State(Index d) : h(MatrixXd::Zero(d, hidden)), c(ArrayXXd::Zero(d, hidden)) {}
    MatrixXd h;
    ArrayXXd c;
  };

  /// What backward() needs of one step forward.
  struct Step {
    MatrixXd x;       // (d, inputs)
    MatrixXd h;       // (d, hidden), before the step
    ArrayXXd c;       // (d, hidden), before the step
    ArrayXXd gate;    // (d, gates), activated
    ArrayXXd tanh_c;  // (d, hidden)
    MatrixXd h_after;
  };

  /// One step: state and y (d values) from step.x; fills the rest of step.
  void forward(State& state, Step& step, VectorXd& y) const {
    step.h = state.h;
    step.c = state.c;
    step.gate.resize(step.x.rows(), gates);
    step.gate.matrix().noalias() = step.x * input();
    step.gate.matrix().noalias() += step.h * recurrent();
    sigmoid(step.gate.leftCols(2 * hidden));
    tanh(step.gate.middleCols(2 * hidden, hidden));
    sigmoid(step.gate.rightCols(hidden));
    state.c = part(step, 1) * step.c + part(step, 0) * part(step, 2);
    step.tanh_c = state.c;
    tanh(step.tanh_c);
    state.h = part(step, 3) * step.tanh_c;
    step.h_after = state.h;
    y.noalias() = state.h * output();
  }

  /// The derivative of some L through one step.
  /// dy        dL/dy, d values.
  /// dstate    in: dL/d(state after the step) by way of later steps; out: before the step.
  /// dweights  grows by dL/dweights.
  /// dx        if given, dL/dx, (d, inputs).
  void backward(const Step& step, const VectorXd& dy, State& dstate, VectorXd& dweights,
                MatrixXd* dx = nullptr) const {
    const auto i = part(step, 0), f = part(step, 1), g = part(step, 2), o = part(step, 3);
    const ArrayXXd dh = dstate.h.array() + (dy * output().transpose()).array();
    const ArrayXXd dc = dstate.c + dh * o * (1.0 - step.tanh_c.square());
    MatrixXd da(dy.size(), gates);
    da.leftCols(hidden) = dc * g * i * (1.0 - i);
    da.middleCols(hidden, hidden) = dc * step.c * f * (1.0 - f);
    da.middleCols(2 * hidden, hidden) = dc * i * (1.0 - g.square());
    da.rightCols(hidden) = dh * step.tanh_c * o * (1.0 - o);
    double* at = dweights.data();
    Eigen::Map<MatrixXd>(at, inputs_, gates).noalias() += step.x.transpose() * da;
    at += inputs_ * gates;
    Eigen::Map<MatrixXd>(at, hidden, gates).noalias() += step.h.transpose() * da;
    at += hidden * gates;
    Eigen::Map<VectorXd>(at, hidden).noalias() += step.h_after.transpose() * dy;
    dstate.h.noalias() = da * recurrent().transpose();
    dstate.c = dc * f;
    if (dx != nullptr) dx->noalias() = da * input().transpose();
  }

  /// W_ih (gates x inputs), W_hh (gates x hidden), w (hidden): each row-major, one after another.
  const VectorXd& weights() const { return weights_; }
  VectorXd& weights() { return weights_; }

 private:
  // Column-major and transposed is row-major.
  Eigen::Map<const MatrixXd> input() const { return {weights_.data(), inputs_, gates}; }
  Eigen::Map<const MatrixXd> recurrent() const {
    return {weights_.data() + inputs_ * gates, hidden, gates};
  }
  Eigen::Map<const VectorXd> output() const {
    return {weights_.data() + (inputs_ + hidden) * gates, hidden};
  }
  static Eigen::Block<const ArrayXXd, Eigen::Dynamic, Eigen::Dynamic, true> part(const Step& step,
                                                                                 Index gate) {
    return step.gate.middleCols(gate * hidden, hidden);
  }
  // In place, by exp, which Eigen vectorises.
  static void sigmoid(Eigen::Ref<ArrayXXd> a) { a = 1.0 / (1.0 + (-a).exp()); }
  static void tanh(Eigen::Ref<ArrayXXd> a) { a = 1.0 - 2.0 / (1.0 + (2.0 * a).exp()); }

  Index inputs_;
  VectorXd weights_;
};

}  // namespace zo_lstm
