#include "adversarial_attack/winograd.hpp"

#include <algorithm>

namespace zeroth::attack {
namespace {

/// weight  outputs x inputs x 3 x 3: what turns derivatives of the outputs into those of the
/// inputs.
std::vector<double> transposed(std::size_t outputs, std::size_t inputs,
                               const std::vector<double>& weight) {
  std::vector<double> other(weight.size());
  for (std::size_t o = 0; o < outputs; ++o) {
    for (std::size_t c = 0; c < inputs; ++c) {
      const double* kernel = weight.data() + (o * inputs + c) * 9;
      std::reverse_copy(kernel, kernel + 9, other.data() + (c * outputs + o) * 9);
    }
  }
  return other;
}

}  // namespace

template <typename Scalar>
WinogradConvolution<Scalar>::WinogradConvolution(Shape in, std::size_t outputs,
                                                 const std::vector<double>& weight,
                                                 const std::vector<double>& bias,
                                                 std::size_t padding)
    : Layer<Scalar>(in, {outputs, in.height + 2 * padding - 2, in.width + 2 * padding - 2}),
      forward_(in, this->out(), padding, weight),
      backward_(this->out(), in, 2 - padding, transposed(outputs, in.channels, weight)),
      bias_(as_vector<Scalar>(bias)) {}

template <typename Scalar>
void WinogradConvolution<Scalar>::forward(std::size_t n, const Scalar* x, Scalar* y,
                                          Buffer<Scalar>& scratch) const {
  const Shape in = this->in(), out = this->out();
  for (std::size_t k = 0; k < n; ++k, x += in.size(), y += out.size()) {
    forward_.of(x, y, scratch);
    Eigen::Map<Matrix>(y, out.height * out.width, out.channels).rowwise() += bias_.transpose();
  }
}

template <typename Scalar>
void WinogradConvolution<Scalar>::backward(const Scalar*, const Scalar*, const Scalar* dy,
                                           Scalar* dx, Buffer<Scalar>& scratch) const {
  backward_.of(dy, dx, scratch);
}

// A kernel g becomes G g G' with the rows (1 0 0), (1 1 1)/2, (1 -1 1)/2 and (0 0 1) of G.
template <typename Scalar>
WinogradConvolution<Scalar>::Sum::Sum(Shape in_, Shape out_, std::size_t padding_,
                                      const std::vector<double>& weight)
    : in(in_),
      out(out_),
      padding(padding_),
      down((out.height + 1) / 2),
      across((out.width + 1) / 2) {
  const Eigen::Matrix<double, 4, 3> g{{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
  for (Matrix& each : weights) each.resize(in.channels, out.channels);
  for (std::size_t o = 0; o < out.channels; ++o) {
    for (std::size_t c = 0; c < in.channels; ++c) {
      using Kernel = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;
      const Eigen::Map<const Kernel> kernel(weight.data() + (o * in.channels + c) * 9);
      const Eigen::Matrix4d spread = g * kernel * g.transpose();
      for (std::size_t k = 0; k < 16; ++k)
        weights[k](c, o) = static_cast<Scalar>(spread(k / 4, k % 4));
    }
  }
}

template <typename Scalar>
void WinogradConvolution<Scalar>::Sum::of(const Scalar* x, Scalar* y,
                                          Buffer<Scalar>& scratch) const {
  const std::size_t n = down * across, line = (2 * down + 2) * (across + 1);
  Scalar* before = scratch.of(16 * n * (in.channels + out.channels) + 2 * line);
  Scalar* after = before + 16 * n * in.channels;
  Scalar* lines = after + 16 * n * out.channels;
  spread(x, lines, before);
  for (std::size_t k = 0; k < 16; ++k) {
    Eigen::Map<Matrix>(after + k * n * out.channels, n, out.channels).noalias() =
        Eigen::Map<const Matrix>(before + k * n * in.channels, n, in.channels) * weights[k];
  }
  gather(after, lines, y);
}

// Of 4 x 4 entries d: B' d B, where B' takes (d0 - d2, d1 + d2, d2 - d1, d1 - d3) of a column.
// The even columns of the padded image are in the first half of `lines`, the odd ones in the other,
// so that neighbours in memory belong to neighbouring tiles.
template <typename Scalar>
void WinogradConvolution<Scalar>::Sum::spread(const Scalar* x, Scalar* lines, Scalar* tiles) const {
  const std::size_t n = down * across, width = across + 1, height = 2 * down + 2;
  Scalar *even = lines, *odd = lines + height * width;
  std::fill_n(lines, 2 * height * width, Scalar(0));
  for (std::size_t c = 0; c < in.channels; ++c, x += in.height * in.width) {
    for (std::size_t i = padding; i < std::min(height, in.height + padding); ++i) {
      const Scalar* from = x + (i - padding) * in.width;
      Scalar* const half[2] = {even + i * width, odd + i * width};
      const std::size_t end = std::min(in.width, 2 * width - padding);
      Scalar *to = half[padding % 2] + padding / 2,
             *next = half[(padding + 1) % 2] + (padding + 1) / 2;
      for (std::size_t j = 0; j + 1 < end; j += 2) {
        *to++ = from[j];
        *next++ = from[j + 1];
      }
      if (end % 2 != 0) *to = from[end - 1];
    }
    for (std::size_t i = 0; i < down; ++i) {
      const Scalar *e = even + 2 * i * width, *o = odd + 2 * i * width;
      Scalar* to = tiles + c * n + i * across;
      const std::size_t step = in.channels * n;
      const auto quarter = [&](std::size_t a, std::size_t p, std::size_t q, Scalar sign) {
        const Scalar *ep = e + p * width, *eq = e + q * width, *op = o + p * width,
                     *oq = o + q * width;
        Scalar *t0 = to + 4 * a * step, *t1 = t0 + step, *t2 = t1 + step, *t3 = t2 + step;
        for (std::size_t t = 0; t < across; ++t) {
          const Scalar e0 = ep[t] + sign * eq[t], e1 = ep[t + 1] + sign * eq[t + 1];
          const Scalar o0 = op[t] + sign * oq[t], o1 = op[t + 1] + sign * oq[t + 1];
          t0[t] = e0 - e1;
          t1[t] = o0 + e1;
          t2[t] = e1 - o0;
          t3[t] = o0 - o1;
        }
      };
      quarter(0, 0, 2, -1);
      quarter(1, 1, 2, 1);
      quarter(2, 2, 1, -1);
      quarter(3, 1, 3, -1);
    }
  }
}

// Of 4 x 4 products m: A' m A, where A' takes (m0 + m1 + m2, m1 - m2 - m3) of a column.
template <typename Scalar>
void WinogradConvolution<Scalar>::Sum::gather(const Scalar* tiles, Scalar* lines, Scalar* y) const {
  const std::size_t n = down * across, step = out.channels * n;
  for (std::size_t o = 0; o < out.channels; ++o, y += out.height * out.width) {
    for (std::size_t i = 0; i < down; ++i) {
      const Scalar* m = tiles + o * n + i * across;
      Scalar *upper = lines, *lower = lines + 2 * across;
      for (std::size_t t = 0; t < across; ++t, ++m) {
        Scalar above[4], below[4];
        for (std::size_t b = 0; b < 4; ++b) {
          const Scalar m0 = m[b * step], m1 = m[(4 + b) * step], m2 = m[(8 + b) * step],
                       m3 = m[(12 + b) * step];
          above[b] = m0 + m1 + m2;
          below[b] = m1 - m2 - m3;
        }
        upper[2 * t] = above[0] + above[1] + above[2];
        upper[2 * t + 1] = above[1] - above[2] - above[3];
        lower[2 * t] = below[0] + below[1] + below[2];
        lower[2 * t + 1] = below[1] - below[2] - below[3];
      }
      std::copy_n(upper, out.width, y + 2 * i * out.width);
      if (2 * i + 1 < out.height) std::copy_n(lower, out.width, y + (2 * i + 1) * out.width);
    }
  }
}

template class WinogradConvolution<double>;
template class WinogradConvolution<float>;

}  // namespace zeroth::attack
