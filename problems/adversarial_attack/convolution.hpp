// Convolution as matrix products with the unrolled patches of an image.
#pragma once

#include "adversarial_attack/layers.hpp"

namespace zeroth::attack {

/// y[o, i, j] = bias[o] + sum_{c, a, b} weight[o, c, a, b] x[c, s i + a - p, s j + b - p]
/// with stride s and padding p; x is 0 beyond its edges.
template <typename Scalar>
class Convolution final : public Layer<Scalar> {
 public:
  /// weight  outputs x in.channels x size x size, row-major; bias  outputs values.
  /// size is at most the padded height and width of in; padding < size.
  Convolution(Shape in, std::size_t outputs, std::size_t size, const std::vector<double>& weight,
              const std::vector<double>& bias, std::size_t stride = 1, std::size_t padding = 0);
  void forward(std::size_t n, const Scalar* x, Scalar* y, Buffer<Scalar>& scratch) const override;
  void backward(const Scalar* x, const Scalar* y, const Scalar* dy, Scalar* dx,
                Buffer<Scalar>& scratch) const override;

 private:
  /// Calls visit(entries of x, how many, first column, entries of the patches) for every row of
  /// every shifted copy of an image, for the rows [first, first + rows) of the output: a patch
  /// matrix of (rows * out.width, in.channels * size * size), one shift per column.
  template <typename Pixel, typename Entry, typename Visit>
  void for_each_patch_row(Pixel* x, std::size_t first, std::size_t rows, Entry* patches,
                          const Visit& visit) const;

  std::size_t size_, stride_, padding_;
  std::size_t tile_rows_;  // rows of the output that are worked on together
  Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic> weight_;  // (c * size * size, outputs)
  Eigen::Matrix<Scalar, Eigen::Dynamic, 1> bias_;
};

}  // namespace zeroth::attack
