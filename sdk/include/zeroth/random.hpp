// Random numbers that are the same bits on every platform, compiler and standard library.
//
// The generator is counter-based: the n-th number is a function of (seed, stream, n) alone.  The
// distributions are ours, because those of <random> differ between libraries, and they use no libm
// function and no expression that a compiler may contract to a fused multiply-add; where one is
// wanted it is written.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace zeroth {

/// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC
/// 2011).
struct Philox4x32 {
  using Counter = std::array<std::uint32_t, 4>;
  using Key = std::array<std::uint32_t, 2>;

  static constexpr Counter block(Counter c, Key k) {
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t p = std::uint64_t{0xD2511F53u} * c[0];
      const std::uint64_t q = std::uint64_t{0xCD9E8D57u} * c[2];
      c = {static_cast<std::uint32_t>(q >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(q),
           static_cast<std::uint32_t>(p >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p)};
      k[0] += 0x9E3779B9u;
      k[1] += 0xBB67AE85u;
    }
    return c;
  }
};

namespace detail {

/// exp(-t) for 0 <= t < 700, error below 2 ulp.
inline double exp_of_minus(double t) {
  constexpr double ln2_high = 0x1.62e42fefa3800p-1, ln2_low = 0x1.ef35793c76730p-45;
  const double n = std::floor(std::fma(t, 0x1.71547652b82fep+0, 0.5));  // t / ln 2, rounded
  const double r =
      -std::fma(-n, ln2_low, std::fma(-n, ln2_high, t));  // -t = r - n ln 2, |r| <= ln 2 / 2
  double sum = 1.0;
  for (int k = 14; k >= 1; --k) sum = std::fma(r / k, sum, 1.0);  // Taylor, Horner's scheme
  return std::ldexp(sum, -static_cast<int>(n));
}

/// log(x) for normal x > 0, error below 3 ulp away from 1.
inline double log_of(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < 0.70710678118654752) {
    m = m + m;
    --exponent;
  }
  const double s = (m - 1.0) / (m + 1.0);  // log m = 2 artanh s, |s| < 0.172
  const double z = s * s;
  double sum = 0.0;
  for (int k = 23; k >= 1; k -= 2) sum = std::fma(z, sum, 1.0 / k);
  return std::fma(static_cast<double>(exponent), 0x1.62e42fefa39efp-1, (s + s) * sum);
}

/// Ziggurat of the standard normal with 256 layers of equal area (Marsaglia & Tsang 2000, layout of
/// Doornik 2005).  Layer i lies between density[i] and density[i + 1]; its width is edge[i], and
/// all of it left of edge[i + 1] is under the curve.  Layer 0 holds the tail: its edge is the width
/// of an equal rectangle.
struct Ziggurat {
  static constexpr std::size_t layers = 256;
  static constexpr double tail = 3.6541528853610088;    // edge[1]
  static constexpr double area = 0.004928673233974658;  // tail f(tail) + integral of f from tail
  std::array<double, layers> scale{};                   // edge[i] / 2^53
  std::array<std::uint64_t, layers> inside{};           // floor(2^53 edge[i + 1] / edge[i])
  std::array<double, layers + 1> density{};             // exp(-edge^2 / 2)

  Ziggurat() {
    const auto f = [](double x) { return exp_of_minus(0.5 * x * x); };
    std::array<double, layers + 1> edge{};
    edge[1] = tail;
    edge[0] = area / f(tail);
    for (std::size_t i = 1; i + 1 < layers; ++i)
      edge[i + 1] = std::sqrt(-2.0 * log_of(f(edge[i]) + area / edge[i]));
    edge[layers] = 0.0;
    for (std::size_t i = 0; i < layers; ++i) {
      scale[i] = edge[i] * 0x1p-53;
      inside[i] = static_cast<std::uint64_t>(edge[i + 1] / edge[i] * 0x1p53);
    }
    for (std::size_t i = 1; i < layers; ++i) density[i] = f(edge[i]);
    density[layers] = 1.0;
  }
  static const Ziggurat& instance() {
    static const Ziggurat table;
    return table;
  }
};

}  // namespace detail

/// A stream of random numbers.  Streams of one seed are independent; copies continue alike.
/// Threads: one caller per object.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0)
      : key_{low(seed), high(seed)}, stream_{low(stream), high(stream)} {}

  /// 64 random bits.
  std::uint64_t bits() {
    if (next_ == buffer_.size()) refill();
    return buffer_[next_++];
  }

  /// Uniform on [0, 1), a multiple of 2^-53.
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

  /// Uniform on {0, ..., n - 1}, without bias.  n > 0.
  std::uint64_t below(std::uint64_t n) {
    const std::uint64_t mask = n <= 1 ? 0 : ~std::uint64_t{0} >> std::countl_zero(n - 1);
    for (;;) {
      const std::uint64_t candidate = bits() & mask;
      if (candidate < n) return candidate;
    }
  }

  /// Standard normal.
  double normal() {
    for (;;) {
      const std::uint64_t word = bits();
      const std::size_t layer = word & 0xFF;
      const std::uint64_t position = word >> 11;
      const double x = static_cast<double>(position) * ziggurat_->scale[layer];
      if (position < ziggurat_->inside[layer] || accepts(layer, x)) {
        return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) | (word & 0x100) << 55);
      }
      if (layer == 0) return std::copysign(beyond_the_tail(), (word & 0x100) != 0 ? -1.0 : 1.0);
    }
  }

  /// Fills x with standard normals.
  void normals(std::span<double> x) {
    for (double& value : x) value = normal();
  }

 private:
  static constexpr std::size_t blocks = 16;
  static constexpr std::uint32_t low(std::uint64_t v) { return static_cast<std::uint32_t>(v); }
  static constexpr std::uint32_t high(std::uint64_t v) {
    return static_cast<std::uint32_t>(v >> 32);
  }

  void refill() {
    for (std::size_t b = 0; b < blocks; ++b) {
      const std::uint64_t n = block_ + b;
      const auto words = Philox4x32::block({low(n), high(n), stream_[0], stream_[1]}, key_);
      buffer_[2 * b] = words[0] | std::uint64_t{words[1]} << 32;
      buffer_[2 * b + 1] = words[2] | std::uint64_t{words[3]} << 32;
    }
    block_ += blocks;
    next_ = 0;
  }

  // Between the inner rectangle and the edge of a layer: accept below the curve.
  bool accepts(std::size_t layer, double x) {
    if (layer == 0) return false;
    const double floor = ziggurat_->density[layer];
    const double y = std::fma(uniform(), ziggurat_->density[layer + 1] - floor, floor);
    return y < detail::exp_of_minus(0.5 * x * x);
  }

  double beyond_the_tail() {  // Marsaglia 1964
    for (;;) {
      const double x = -detail::log_of(1.0 - uniform()) / detail::Ziggurat::tail;
      const double y = -detail::log_of(1.0 - uniform());
      if (y + y > x * x) return detail::Ziggurat::tail + x;
    }
  }

  const detail::Ziggurat* ziggurat_ = &detail::Ziggurat::instance();
  Philox4x32::Key key_;
  std::array<std::uint32_t, 2> stream_;
  std::uint64_t block_ = 0;
  std::array<std::uint64_t, 2 * blocks> buffer_{};
  std::size_t next_ = buffer_.size();
};

}  // namespace zeroth
