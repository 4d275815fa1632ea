// The layers of a feed-forward network, forward on values and backward for the gradient with
// respect to the input.  Weights are constant.
//
// A point of shape (c, h, w) is c * h * w scalars in that order; a batch is one point after the
// other. Threads: [any]; each thread brings its own scratch memory.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

namespace zeroth::attack {

struct Shape {
  std::size_t channels = 0, height = 1, width = 1;
  std::size_t size() const { return channels * height * width; }
};

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

/// y[o, i, j] = bias[o] + sum_{c, a, b} weight[o, c, a, b] x[c, i + a, j + b], as a matrix product
/// with the unrolled patches of x.
template <typename Scalar>
class Convolution final : public Layer<Scalar> {
 public:
  /// weight  outputs x in.channels x size x size, row-major; bias  outputs values.
  /// size is at most the height and the width of in.
  Convolution(Shape in, std::size_t outputs, std::size_t size, const std::vector<double>& weight,
              const std::vector<double>& bias);
  void forward(std::size_t n, const Scalar* x, Scalar* y, Buffer<Scalar>& scratch) const override;
  void backward(const Scalar* x, const Scalar* y, const Scalar* dy, Scalar* dx,
                Buffer<Scalar>& scratch) const override;

 private:
  std::size_t size_;
  Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic> weight_;  // (c * size * size, outputs)
  Eigen::Matrix<Scalar, Eigen::Dynamic, 1> bias_;
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

}  // namespace zeroth::attack
