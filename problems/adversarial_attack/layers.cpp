#include "adversarial_attack/layers.hpp"

#include <algorithm>

namespace zeroth::attack {
namespace {

template <typename Scalar>
using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
template <typename Scalar>
using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

}  // namespace

// ---- Relu

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

template <typename Scalar>
void MaxPool<Scalar>::forward(std::size_t n, const Scalar* x, Scalar* y,
                              Buffer<Scalar>& scratch) const {
  const Shape in = this->in(), out = this->out();
  Scalar* tallest = scratch.of(in.width);  // per column, over the rows of a square
  for (std::size_t plane = 0; plane < n * in.channels; ++plane) {
    for (std::size_t i = 0; i < out.height; ++i) {
      const Scalar* rows = x + (plane * in.height + i * size_) * in.width;
      std::copy_n(rows, in.width, tallest);
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

// ---- ScaleShift

template <typename Scalar>
void ScaleShift<Scalar>::forward(std::size_t n, const Scalar* x, Scalar* y, Buffer<Scalar>&) const {
  const Shape in = this->in();
  const std::size_t pixels = in.height * in.width;
  for (std::size_t k = 0; k < n; ++k, x += in.size(), y += in.size()) {
    for (std::size_t i = 0; i < in.size(); ++i) {
      y[i] = scale_[i / pixels] * x[i] + shift_[i / pixels];
    }
  }
}

template <typename Scalar>
void ScaleShift<Scalar>::backward(const Scalar*, const Scalar*, const Scalar* dy, Scalar* dx,
                                  Buffer<Scalar>&) const {
  const std::size_t pixels = this->in().height * this->in().width;
  for (std::size_t i = 0; i < this->in().size(); ++i) dx[i] = scale_[i / pixels] * dy[i];
}

template class Relu<double>;
template class Relu<float>;
template class MaxPool<double>;
template class MaxPool<float>;
template class Linear<double>;
template class Linear<float>;
template class ScaleShift<double>;
template class ScaleShift<float>;

}  // namespace zeroth::attack
