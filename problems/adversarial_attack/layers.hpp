// The layers of a feed-forward network, forward on values and backward for the gradient with
// respect to the input.  Weights are constant.
//
// A batch is one point after the other.  Threads: [any]; each thread brings its own scratch memory.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "adversarial_attack/shape.hpp"

namespace zeroth::attack {

/// Memory that grows to the largest request and stays; contents are lost when it grows.
template <typename Scalar>
class Buffer {
 public:
  Scalar* of(std::size_t size) {
    if (static_cast<std::size_t>(memory_.size()) < size) memory_.resize(size);
    return memory_.data();
  }
  Scalar* data() { return memory_.data(); }

 private:
  Eigen::Matrix<Scalar, Eigen::Dynamic, 1> memory_;  // aligned for the widest registers
};

/// Row-major weights with one output per row, as a matrix with one output per column.
template <typename Scalar>
Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic> by_columns(
    std::size_t outputs, const std::vector<double>& weight) {
  return Eigen::Map<const Eigen::MatrixXd>(weight.data(), weight.size() / outputs, outputs)
      .template cast<Scalar>();
}

template <typename Scalar>
Eigen::Matrix<Scalar, Eigen::Dynamic, 1> as_vector(const std::vector<double>& values) {
  return Eigen::Map<const Eigen::VectorXd>(values.data(), values.size()).template cast<Scalar>();
}

template <typename Scalar>
class Layer {
 public:
  Layer(Shape in, Shape out) : in_(in), out_(out) {}
  virtual ~Layer() = default;
  Shape in() const { return in_; }
  Shape out() const { return out_; }

  /// Whether each point is worked on alone anyway: a network then takes one point through several
  /// such layers while it is in the cache.
  virtual bool point_by_point() const { return true; }
  /// Whether forward may write over its input.  backward then gets the output as x, too.
  virtual bool in_place() const { return false; }

  /// x  n x in().size()   y  n x out().size()
  virtual void forward(std::size_t n, const Scalar* x, Scalar* y,
                       Buffer<Scalar>& scratch) const = 0;
  /// One point.  x, y  as forward left them; dy  out().size() derivatives with respect to y;
  /// dx  in().size() derivatives with respect to x, written.
  virtual void backward(const Scalar* x, const Scalar* y, const Scalar* dy, Scalar* dx,
                        Buffer<Scalar>& scratch) const = 0;

 private:
  Shape in_, out_;
};

/// y = max(x, 0).  The derivative at 0 is 0.
template <typename Scalar>
class Relu final : public Layer<Scalar> {
 public:
  explicit Relu(Shape in) : Layer<Scalar>(in, in) {}
  bool in_place() const override { return true; }
  void forward(std::size_t n, const Scalar* x, Scalar* y, Buffer<Scalar>& scratch) const override;
  void backward(const Scalar* x, const Scalar* y, const Scalar* dy, Scalar* dx,
                Buffer<Scalar>& scratch) const override;
};

/// The largest of each size x size square, side by side; rows and columns left over are dropped.
/// The derivative of a tie belongs to its first entry.
template <typename Scalar>
class MaxPool final : public Layer<Scalar> {
 public:
  /// size is at most the height and the width of in.
  MaxPool(Shape in, std::size_t size)
      : Layer<Scalar>(in, {in.channels, in.height / size, in.width / size}), size_(size) {}
  void forward(std::size_t n, const Scalar* x, Scalar* y, Buffer<Scalar>& scratch) const override;
  void backward(const Scalar* x, const Scalar* y, const Scalar* dy, Scalar* dx,
                Buffer<Scalar>& scratch) const override;

 private:
  std::size_t size_;
};

/// y = W x + bias, all points of a batch in one matrix product.
template <typename Scalar>
class Linear final : public Layer<Scalar> {
 public:
  /// weight  outputs x in.size(), row-major; bias  outputs values.
  Linear(Shape in, std::size_t outputs, const std::vector<double>& weight,
         const std::vector<double>& bias);
  bool point_by_point() const override { return false; }
  void forward(std::size_t n, const Scalar* x, Scalar* y, Buffer<Scalar>& scratch) const override;
  void backward(const Scalar* x, const Scalar* y, const Scalar* dy, Scalar* dx,
                Buffer<Scalar>& scratch) const override;

 private:
  Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic> weight_;  // (outputs, inputs)
  Eigen::Matrix<Scalar, Eigen::Dynamic, 1> bias_;
};

/// y[c, i, j] = scale[c] x[c, i, j] + shift[c]: a batch norm that follows no product.
template <typename Scalar>
class ScaleShift final : public Layer<Scalar> {
 public:
  /// scale, shift  in.channels values.
  ScaleShift(Shape in, const std::vector<double>& scale, const std::vector<double>& shift)
      : Layer<Scalar>(in, in), scale_(as_vector<Scalar>(scale)), shift_(as_vector<Scalar>(shift)) {}
  void forward(std::size_t n, const Scalar* x, Scalar* y, Buffer<Scalar>& scratch) const override;
  void backward(const Scalar* x, const Scalar* y, const Scalar* dy, Scalar* dx,
                Buffer<Scalar>& scratch) const override;

 private:
  Eigen::Matrix<Scalar, Eigen::Dynamic, 1> scale_, shift_;
};

}  // namespace zeroth::attack
