#include "adversarial_attack/convolution.hpp"

#include <algorithm>
#include <cstring>

namespace zeroth::attack {
namespace {

template <typename Scalar>
using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

/// Entries of the patch matrix of a tile: what the second-level cache holds beside the weights.
constexpr std::size_t tile_entries = std::size_t{1} << 16;

// Rows are short: pieces of a length the compiler knows are cheaper than a call of memcpy.
template <typename Scalar>
void copy_row(const Scalar* from, std::size_t width, Scalar* to) {
  constexpr std::size_t piece = 8;
  std::size_t i = 0;
  for (; i + piece <= width; i += piece) std::memcpy(to + i, from + i, piece * sizeof(Scalar));
  for (; i < width; ++i) to[i] = from[i];
}

}  // namespace

template <typename Scalar>
Convolution<Scalar>::Convolution(Shape in, std::size_t outputs, std::size_t size,
                                 const std::vector<double>& weight, const std::vector<double>& bias,
                                 std::size_t stride, std::size_t padding)
    : Layer<Scalar>(in, {outputs, (in.height + 2 * padding - size) / stride + 1,
                         (in.width + 2 * padding - size) / stride + 1}),
      size_(size),
      stride_(stride),
      padding_(padding),
      weight_(by_columns<Scalar>(outputs, weight)),
      bias_(as_vector<Scalar>(bias)) {
  const std::size_t row = this->out().width * weight_.rows();
  tile_rows_ = std::clamp<std::size_t>(tile_entries / row, 1, this->out().height);
}

template <typename Scalar>
template <typename Pixel, typename Entry, typename Visit>
void Convolution<Scalar>::for_each_patch_row(Pixel* x, std::size_t first, std::size_t rows,
                                             Entry* patches, const Visit& visit) const {
  const Shape in = this->in(), out = this->out();
  for (std::size_t c = 0; c < in.channels; ++c) {
    for (std::size_t a = 0; a < size_; ++a) {
      for (std::size_t b = 0; b < size_; ++b) {
        // The columns j of the output for which padding <= stride * j + b < in.width + padding.
        const std::size_t left = b < padding_ ? (padding_ - b + stride_ - 1) / stride_ : 0;
        const std::size_t end =
            in.width + padding_ > b ? (in.width + padding_ - b + stride_ - 1) / stride_ : 0;
        const std::size_t right = std::max(left, std::min(end, out.width));
        for (std::size_t i = first; i < first + rows; ++i, patches += out.width) {
          const std::size_t row = stride_ * i + a;  // of the padded image
          const bool inside = row >= padding_ && row < in.height + padding_ && left < right;
          visit(inside ? x + (c * in.height + row - padding_) * in.width + stride_ * left + b -
                             padding_
                       : nullptr,
                left, right, patches);
        }
      }
    }
  }
}

template <typename Scalar>
void Convolution<Scalar>::forward(std::size_t n, const Scalar* x, Scalar* y,
                                  Buffer<Scalar>& scratch) const {
  const Shape in = this->in(), out = this->out();
  Scalar* unrolled = scratch.of(tile_rows_ * out.width * weight_.rows());
  const auto fill = [&](const Scalar* from, std::size_t left, std::size_t right, Scalar* to) {
    if (from == nullptr) {
      std::fill_n(to, out.width, Scalar(0));
      return;
    }
    std::fill(to, to + left, Scalar(0));
    if (stride_ == 1) {
      copy_row(from, right - left, to + left);
    } else {
      for (std::size_t j = left; j < right; ++j, from += stride_) to[j] = *from;
    }
    std::fill(to + right, to + out.width, Scalar(0));
  };
  for (std::size_t k = 0; k < n; ++k, x += in.size(), y += out.size()) {
    Eigen::Map<Matrix<Scalar>> result(y, out.height * out.width, out.channels);
    for (std::size_t first = 0; first < out.height; first += tile_rows_) {
      const std::size_t rows = std::min(tile_rows_, out.height - first);
      for_each_patch_row(x, first, rows, unrolled, fill);
      auto tile = result.middleRows(first * out.width, rows * out.width);
      tile.noalias() =
          Eigen::Map<const Matrix<Scalar>>(unrolled, rows * out.width, weight_.rows()) * weight_;
      tile.rowwise() += bias_.transpose();
    }
  }
}

template <typename Scalar>
void Convolution<Scalar>::backward(const Scalar*, const Scalar*, const Scalar* dy, Scalar* dx,
                                   Buffer<Scalar>& scratch) const {
  const Shape in = this->in(), out = this->out();
  Scalar* unrolled = scratch.of(tile_rows_ * out.width * weight_.rows());
  const Eigen::Map<const Matrix<Scalar>> slopes(dy, out.height * out.width, out.channels);
  std::fill_n(dx, in.size(), Scalar(0));
  for (std::size_t first = 0; first < out.height; first += tile_rows_) {
    const std::size_t rows = std::min(tile_rows_, out.height - first);
    Eigen::Map<Matrix<Scalar>>(unrolled, rows * out.width, weight_.rows()).noalias() =
        slopes.middleRows(first * out.width, rows * out.width) * weight_.transpose();
    for_each_patch_row(dx, first, rows, unrolled,
                       [&](Scalar* to, std::size_t left, std::size_t right, const Scalar* from) {
                         if (to == nullptr) return;
                         for (std::size_t j = left; j < right; ++j, to += stride_) *to += from[j];
                       });
  }
}

template class Convolution<double>;
template class Convolution<float>;

}  // namespace zeroth::attack
