#include "adversarial_attack/layers.hpp"

#include <algorithm>
#include <cstring>

namespace zeroth::attack {
namespace {

template <typename Scalar>
using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
template <typename Scalar>
using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

/// PyTorch's row-major weights with one output per row, as a matrix with one output per column.
template <typename Scalar>
Matrix<Scalar> by_columns(std::size_t outputs, const std::vector<double>& weight) {
  return Eigen::Map<const Matrix<double>>(weight.data(), weight.size() / outputs, outputs)
      .template cast<Scalar>();
}

template <typename Scalar>
Vector<Scalar> as_vector(const std::vector<double>& values) {
  return Eigen::Map<const Vector<double>>(values.data(), values.size()).template cast<Scalar>();
}

// Rows are short: pieces of a length the compiler knows are cheaper than a call of memcpy.
template <typename Scalar>
void copy_row(const Scalar* from, std::size_t width, Scalar* to) {
  constexpr std::size_t piece = 8;
  std::size_t i = 0;
  for (; i + piece <= width; i += piece) std::memcpy(to + i, from + i, piece * sizeof(Scalar));
  for (; i < width; ++i) to[i] = from[i];
}

/// Calls visit(row of x, row of the patches) for every row of every shifted copy of an image: patch
/// matrix (out.height * out.width, in.channels * size * size), one shift per column.
template <typename Pixel, typename Entry, typename Visit>
void for_each_patch_row(Shape in, Shape out, std::size_t size, Pixel* x, Entry* patches,
                        const Visit& visit) {
  for (std::size_t c = 0; c < in.channels; ++c) {
    for (std::size_t a = 0; a < size; ++a) {
      for (std::size_t b = 0; b < size; ++b) {
        for (std::size_t i = 0; i < out.height; ++i, patches += out.width) {
          visit(x + (c * in.height + i + a) * in.width + b, patches);
        }
      }
    }
  }
}

}  // namespace

// ---- Convolution
// ----------------------------------------------------------------------------------

template <typename Scalar>
Convolution<Scalar>::Convolution(Shape in, std::size_t outputs, std::size_t size,
                                 const std::vector<double>& weight, const std::vector<double>& bias)
    : Layer<Scalar>(in, {outputs, in.height - size + 1, in.width - size + 1}),
      size_(size),
      weight_(by_columns<Scalar>(outputs, weight)),
      bias_(as_vector<Scalar>(bias)) {}

template <typename Scalar>
void Convolution<Scalar>::forward(std::size_t n, const Scalar* x, Scalar* y,
                                  Buffer<Scalar>& scratch) const {
  const Shape in = this->in(), out = this->out();
  const std::size_t pixels = out.height * out.width;
  Scalar* unrolled = scratch.of(pixels * weight_.rows());
  const Eigen::Map<const Matrix<Scalar>> patches(unrolled, pixels, weight_.rows());
  for (std::size_t k = 0; k < n; ++k, x += in.size(), y += out.size()) {
    for_each_patch_row(in, out, size_, x, unrolled,
                       [&](const Scalar* from, Scalar* to) { copy_row(from, out.width, to); });
    Eigen::Map<Matrix<Scalar>> result(y, pixels, out.channels);
    result.noalias() = patches * weight_;
    result.rowwise() += bias_.transpose();
  }
}

template <typename Scalar>
void Convolution<Scalar>::backward(const Scalar*, const Scalar*, const Scalar* dy, Scalar* dx,
                                   Buffer<Scalar>& scratch) const {
  const Shape in = this->in(), out = this->out();
  const std::size_t pixels = out.height * out.width;
  Scalar* unrolled = scratch.of(pixels * weight_.rows());
  Eigen::Map<Matrix<Scalar>>(unrolled, pixels, weight_.rows()).noalias() =
      Eigen::Map<const Matrix<Scalar>>(dy, pixels, out.channels) * weight_.transpose();
  std::fill_n(dx, in.size(), Scalar(0));
  for_each_patch_row(in, out, size_, dx, unrolled, [&](Scalar* to, const Scalar* from) {
    for (std::size_t j = 0; j < out.width; ++j) to[j] += from[j];
  });
}

// ---- Relu
// -----------------------------------------------------------------------------------------

template <typename Scalar>
void Relu<Scalar>::forward(std::size_t n, const Scalar* x, Scalar* y, Buffer<Scalar>&) const {
  const std::size_t size = n * this->in().size();
  for (std::size_t i = 0; i < size; ++i) y[i] = x[i] < 0 ? Scalar(0) : x[i];
}

template <typename Scalar>
void Relu<Scalar>::backward(const Scalar*, const Scalar* y, const Scalar* dy, Scalar* dx,
                            Buffer<Scalar>&) const {
  const std::size_t size = this->in().size();
  for (std::size_t i = 0; i < size; ++i) dx[i] = y[i] > 0 ? dy[i] : Scalar(0);
}

// ---- MaxPool
// --------------------------------------------------------------------------------------

template <typename Scalar>
void MaxPool<Scalar>::forward(std::size_t n, const Scalar* x, Scalar* y,
                              Buffer<Scalar>& scratch) const {
  const Shape in = this->in(), out = this->out();
  Scalar* tallest = scratch.of(in.width);  // per column, over the rows of a square
  for (std::size_t plane = 0; plane < n * in.channels; ++plane) {
    for (std::size_t i = 0; i < out.height; ++i) {
      const Scalar* rows = x + (plane * in.height + i * size_) * in.width;
      copy_row(rows, in.width, tallest);
      for (std::size_t a = 1; a < size_; ++a) {
        const Scalar* row = rows + a * in.width;
        for (std::size_t j = 0; j < in.width; ++j) {
          tallest[j] = row[j] > tallest[j] ? row[j] : tallest[j];
        }
      }
      for (std::size_t j = 0; j < out.width; ++j, ++y) {
        const Scalar* columns = tallest + j * size_;
        Scalar largest = columns[0];
        for (std::size_t b = 1; b < size_; ++b) {
          largest = columns[b] > largest ? columns[b] : largest;
        }
        *y = largest;
      }
    }
  }
}

template <typename Scalar>
void MaxPool<Scalar>::backward(const Scalar* x, const Scalar* y, const Scalar* dy, Scalar* dx,
                               Buffer<Scalar>&) const {
  const Shape in = this->in(), out = this->out();
  std::fill_n(dx, in.size(), Scalar(0));
  for (std::size_t c = 0; c < in.channels; ++c) {
    for (std::size_t i = 0; i < out.height; ++i) {
      for (std::size_t j = 0; j < out.width; ++j, ++y, ++dy) {
        const std::size_t corner = (c * in.height + i * size_) * in.width + j * size_;
        std::size_t k = 0;
        const auto place = [&] { return corner + k / size_ * in.width + k % size_; };
        while (k + 1 < size_ * size_ && x[place()] != *y) ++k;
        dx[place()] += *dy;
      }
    }
  }
}

// ---- Linear
// ---------------------------------------------------------------------------------------

template <typename Scalar>
Linear<Scalar>::Linear(Shape in, std::size_t outputs, const std::vector<double>& weight,
                       const std::vector<double>& bias)
    : Layer<Scalar>(in, {outputs, 1, 1}),
      weight_(by_columns<Scalar>(outputs, weight).transpose()),
      bias_(as_vector<Scalar>(bias)) {}

template <typename Scalar>
void Linear<Scalar>::forward(std::size_t n, const Scalar* x, Scalar* y, Buffer<Scalar>&) const {
  Eigen::Map<Matrix<Scalar>> result(y, weight_.rows(), n);
  result.noalias() = weight_ * Eigen::Map<const Matrix<Scalar>>(x, weight_.cols(), n);
  result.colwise() += bias_;
}

template <typename Scalar>
void Linear<Scalar>::backward(const Scalar*, const Scalar*, const Scalar* dy, Scalar* dx,
                              Buffer<Scalar>&) const {
  Eigen::Map<Vector<Scalar>>(dx, weight_.cols()).noalias() =
      weight_.transpose() * Eigen::Map<const Vector<Scalar>>(dy, weight_.rows());
}

template class Convolution<double>;
template class Convolution<float>;
template class Relu<double>;
template class Relu<float>;
template class MaxPool<double>;
template class MaxPool<float>;
template class Linear<double>;
template class Linear<float>;

}  // namespace zeroth::attack
