#include "adversarial_attack/layers.hpp"

#include <zeroth/random.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "adversarial_attack/convolution.hpp"
#include "adversarial_attack/network.hpp"
#include "adversarial_attack/winograd.hpp"
#include "support/catch.hpp"
#include "support/check_close.hpp"

using namespace zeroth::attack;
using zeroth::test::check_close;

namespace {

std::vector<double> normals(std::size_t n, std::uint64_t stream) {
  std::vector<double> values(n);
  zeroth::Random(1, stream).normals(values);
  return values;
}

}  // namespace

TEST_CASE("a convolution is the sum it is defined as", "[layers]") {
  const Shape in{3, 7, 13};
  const std::size_t outputs = 4, size = 3, n = 2;
  const auto weight = normals(outputs * in.channels * size * size, 1), bias = normals(outputs, 2);
  const auto x = normals(n * in.size(), 3);
  const Convolution<double> layer(in, outputs, size, weight, bias);
  const Shape out = layer.out();
  REQUIRE(out.height == 5);
  REQUIRE(out.width == 11);
  std::vector<double> y(n * out.size()), expected;
  Buffer<double> scratch;
  layer.forward(n, x.data(), y.data(), scratch);
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t o = 0; o < outputs; ++o) {
      for (std::size_t i = 0; i < out.height; ++i) {
        for (std::size_t j = 0; j < out.width; ++j) {
          double sum = bias[o];
          for (std::size_t c = 0; c < in.channels; ++c) {
            for (std::size_t a = 0; a < size; ++a) {
              for (std::size_t b = 0; b < size; ++b) {
                sum += weight[((o * in.channels + c) * size + a) * size + b] *
                       x[((k * in.channels + c) * in.height + i + a) * in.width + j + b];
              }
            }
          }
          expected.push_back(sum);
        }
      }
    }
  }
  check_close(y, expected);
}

TEST_CASE("max-pooling takes the largest of each square and drops what is left over", "[layers]") {
  const MaxPool<double> layer({1, 5, 7}, 3);
  const std::vector<double> x{1,  2,  3,  9,  8,  7,  99,  //
                              4,  5,  6,  6,  5,  4,  99,  //
                              7,  8,  0,  3,  2,  1,  99,  //
                              99, 99, 99, 99, 99, 99, 99,  //
                              99, 99, 99, 99, 99, 99, 99};
  std::vector<double> y(layer.out().size()), dx(x.size());
  Buffer<double> scratch;
  layer.forward(1, x.data(), y.data(), scratch);
  CHECK(y == std::vector<double>{8, 9});
  const std::vector<double> dy{2, 3};
  layer.backward(x.data(), y.data(), dy.data(), dx.data(), scratch);
  std::vector<double> expected(x.size(), 0);
  expected[15] = 2;
  expected[3] = 3;
  CHECK(dx == expected);
}

TEST_CASE("a linear layer multiplies by a matrix with one output per row", "[layers]") {
  const Linear<double> layer({1, 1, 2}, 3, {1, 2, 3, 4, 5, 6}, {10, 20, 30});
  const std::vector<double> x{1, 1, 0, 2};
  std::vector<double> y(6);
  Buffer<double> scratch;
  layer.forward(2, x.data(), y.data(), scratch);
  check_close(y, {13, 27, 41, 14, 28, 42});
}

namespace {

// Every kind of layer, and ReLU in every place: first, in place, and after a linear layer.
template <typename Scalar>
Network<Scalar> small_network() {
  std::vector<std::unique_ptr<Layer<Scalar>>> layers;
  const auto add = [&]<typename L>(std::unique_ptr<L> layer) {
    layers.push_back(std::move(layer));
    return layers.back()->out();
  };
  const Shape input{2, 9, 11};
  Shape shape = input;
  shape = add(std::make_unique<Relu<Scalar>>(shape));
  shape =
      add(std::make_unique<Convolution<Scalar>>(shape, 5, 2, normals(5 * 2 * 4, 1), normals(5, 2)));
  shape = add(std::make_unique<Relu<Scalar>>(shape));
  shape = add(std::make_unique<MaxPool<Scalar>>(shape, 2));
  shape =
      add(std::make_unique<Convolution<Scalar>>(shape, 3, 3, normals(3 * 5 * 9, 3), normals(3, 4)));
  shape = add(std::make_unique<Relu<Scalar>>(shape));
  shape =
      add(std::make_unique<Linear<Scalar>>(shape, 6, normals(6 * shape.size(), 5), normals(6, 6)));
  shape = add(std::make_unique<Relu<Scalar>>(shape));
  add(std::make_unique<Linear<Scalar>>(shape, 4, normals(4 * 6, 7), normals(4, 8)));
  return Network<Scalar>(input, std::move(layers));
}

}  // namespace

TEST_CASE("a convolution with stride and padding is the sum it is defined as", "[layers]") {
  const Shape in{2, 37, 23};
  const std::size_t outputs = 3;
  Buffer<double> scratch;
  for (const std::size_t size : {1, 3, 4}) {
    for (const std::size_t stride : {1, 2, 3}) {
      for (std::size_t padding = 0; padding < size; ++padding) {
        CAPTURE(size, stride, padding);
        const auto weight = normals(outputs * in.channels * size * size, 1);
        const auto bias = normals(outputs, 2), x = normals(in.size(), 3);
        const Convolution<double> layer(in, outputs, size, weight, bias, stride, padding);
        const Shape out = layer.out();
        CHECK(out.height == (in.height + 2 * padding - size) / stride + 1);
        // y . dy = bias . dy + x . dx, term by term: forward and backward hold the same numbers.
        const auto dy = normals(out.size(), 4);
        std::vector<double> y(out.size()), dx(in.size()), expected(out.size()), slope(in.size());
        layer.forward(1, x.data(), y.data(), scratch);
        layer.backward(x.data(), y.data(), dy.data(), dx.data(), scratch);
        std::size_t at = 0;
        for (std::size_t o = 0; o < outputs; ++o) {
          for (std::size_t i = 0; i < out.height; ++i) {
            for (std::size_t j = 0; j < out.width; ++j, ++at) {
              expected[at] = bias[o];
              for (std::size_t k = 0; k < in.channels * size * size; ++k) {
                const std::size_t row = stride * i + k / size % size,
                                  column = stride * j + k % size;
                if (row < padding || row >= in.height + padding) continue;
                if (column < padding || column >= in.width + padding) continue;
                const std::size_t pixel =
                    (k / size / size * in.height + row - padding) * in.width + column - padding;
                const double w = weight[o * in.channels * size * size + k];
                expected[at] += w * x[pixel];
                slope[pixel] += w * dy[at];
              }
            }
          }
        }
        check_close(y, expected);
        check_close(dx, slope);
        if (size == 3 && stride == 1) {
          const WinogradConvolution<double> winograd(in, outputs, weight, bias, padding);
          REQUIRE(winograd.out().size() == out.size());
          winograd.forward(1, x.data(), y.data(), scratch);
          winograd.backward(x.data(), y.data(), dy.data(), dx.data(), scratch);
          check_close(y, expected);
          check_close(dx, slope);
        }
      }
    }
  }
}

TEST_CASE("a convolution in tiles is the sum it is defined as", "[layers]") {
  // A hundred channels in, so that a tile is a few rows and the last one is smaller.
  const Shape in{100, 31, 31};
  const std::vector<double> weight(2 * 100 * 9, 1.0), bias{0.5, -0.5};
  const Convolution<double> layer(in, 2, 3, weight, bias);
  std::vector<double> x(in.size()), y(layer.out().size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i % 7);
  Buffer<double> scratch;
  layer.forward(1, x.data(), y.data(), scratch);
  for (std::size_t at = 0; at < y.size(); ++at) {
    const std::size_t plane = 29 * 29, i = at % plane / 29, j = at % 29;
    double sum = at < plane ? 0.5 : -0.5;
    for (std::size_t k = 0; k < 900; ++k) {
      sum += x[(k / 9 * 31 + i + k / 3 % 3) * 31 + j + k % 3];
    }
    REQUIRE(y[at] == sum);  // whole numbers and halves: exact
  }
}

TEST_CASE("Winograd's convolution is the sum, whatever the shape", "[layers]") {
  Buffer<double> scratch;
  // One tile, half a tile left over on either side, many rows of tiles worked on in turn.
  for (const Shape in : {Shape{1, 3, 3}, Shape{9, 6, 4}, Shape{2, 4, 7}, Shape{40, 30, 33}}) {
    for (std::size_t padding = 0; padding < 3; ++padding) {
      for (const std::size_t outputs : {1, 50}) {
        CAPTURE(in.channels, in.height, in.width, padding, outputs);
        const std::size_t n = 2;
        const auto weight = normals(outputs * in.channels * 9, 1), bias = normals(outputs, 2),
                   x = normals(n * in.size(), 3);
        const Convolution<double> plain(in, outputs, 3, weight, bias, 1, padding);
        const WinogradConvolution<double> winograd(in, outputs, weight, bias, padding);
        const auto dy = normals(plain.out().size(), 4);
        const auto both = [&](const Layer<double>& layer) {
          std::vector<double> y(n * layer.out().size()), dx(in.size());
          layer.forward(n, x.data(), y.data(), scratch);
          layer.backward(x.data(), y.data(), dy.data(), dx.data(), scratch);
          return std::pair(y, dx);
        };
        const auto [y, dx] = both(winograd);
        const auto [expected, slope] = both(plain);
        check_close(y, expected);
        check_close(dx, slope);
      }
    }
  }
}

TEST_CASE("a batch through a network equals its points one by one", "[layers]") {
  const auto network = small_network<double>();
  const std::size_t n = 2 * network.block_rows + 5;
  const auto x = normals(n * network.inputs(), 20);
  std::vector<double> batch(n * network.outputs()), single(batch);
  network.forward(n, x.data(), batch.data());
  for (std::size_t k = 0; k < n; ++k) {
    network.forward(1, x.data() + k * network.inputs(), single.data() + k * network.outputs());
  }
  check_close(batch, single);
}

TEST_CASE("a network in float is close to the one in double", "[layers]") {
  const auto exact = small_network<double>();
  const auto fast = small_network<float>();
  const auto x = normals(exact.inputs(), 21);
  const std::vector<float> seen(x.begin(), x.end());
  std::vector<double> y(exact.outputs());
  std::vector<float> z(y.size());
  exact.forward(1, x.data(), y.data());
  fast.forward(1, seen.data(), z.data());
  for (std::size_t i = 0; i < y.size(); ++i) CHECK(z[i] == Approx(y[i]).epsilon(1e-4));
}

// The network is linear but for kinks, so a central difference is exact up to rounding (1e-14 / h)
// unless a kink lies within h of the point, which h = 1e-6 makes unlikely: of 198 coordinates none.
TEST_CASE("the gradient of a network agrees with central differences", "[layers]") {
  const auto network = small_network<double>();
  const auto x = normals(network.inputs(), 22);
  const std::vector<double> direction{1, -2, 0.5, 3};
  const auto value = [&](const std::vector<double>& at) {
    std::vector<double> y(network.outputs());
    network.forward(1, at.data(), y.data());
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += direction[i] * y[i];
    return sum;
  };
  std::vector<double> g(x.size());
  network.gradient(
      x.data(),
      [&](const double*, double* dy) { std::copy(direction.begin(), direction.end(), dy); },
      g.data());
  const double largest = std::abs(*std::max_element(
      g.begin(), g.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
  REQUIRE(largest > 0);
  const double h = 1e-6;
  for (std::size_t i = 0; i < x.size(); ++i) {
    auto up = x, down = x;
    up[i] += h;
    down[i] -= h;
    CAPTURE(i);
    CHECK(std::abs((value(up) - value(down)) / (2 * h) - g[i]) < 1e-6 * largest);
  }
}
