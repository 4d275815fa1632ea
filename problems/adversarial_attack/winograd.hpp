// Convolution with 3 x 3 kernels in 16 products for every 2 x 2 results, where the sum takes 36:
// F(2 x 2, 3 x 3) of Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016.
#pragma once

#include <array>

#include "adversarial_attack/layers.hpp"

namespace zeroth::attack {

/// The same as Convolution with size 3 and stride 1, up to rounding.
template <typename Scalar>
class WinogradConvolution final : public Layer<Scalar> {
 public:
  /// weight  outputs x in.channels x 3 x 3, row-major; bias  outputs values; padding <= 2.
  WinogradConvolution(Shape in, std::size_t outputs, const std::vector<double>& weight,
                      const std::vector<double>& bias, std::size_t padding);
  void forward(std::size_t n, const Scalar* x, Scalar* y, Buffer<Scalar>& scratch) const override;
  void backward(const Scalar* x, const Scalar* y, const Scalar* dy, Scalar* dx,
                Buffer<Scalar>& scratch) const override;

 private:
  using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

  /// y[o] = sum_c weight[o, c] * x[c].  The result is covered by 2 x 2 tiles, each of which comes
  /// from 4 x 4 entries of x.
  struct Sum {
    Sum(Shape in, Shape out, std::size_t padding, const std::vector<double>& weight);
    void of(const Scalar* x, Scalar* y, Buffer<Scalar>& scratch) const;
    void spread(const Scalar* x, Scalar* lines, Scalar* tiles) const;
    void gather(const Scalar* tiles, Scalar* lines, Scalar* y) const;

    Shape in, out;
    std::size_t padding;
    std::size_t down, across;        // how many tiles
    std::array<Matrix, 16> weights;  // (in.channels, out.channels)
  };

  Sum forward_, backward_;
  Eigen::Matrix<Scalar, Eigen::Dynamic, 1> bias_;
};

}  // namespace zeroth::attack
