#include <zeroth/random.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "sdk/random_bits.hpp"
#include "support/catch.hpp"

using zeroth::Philox4x32;
using zeroth::Random;
using zeroth::detail::exp_of_minus;
using zeroth::detail::log_of;
using zeroth::detail::Ziggurat;

namespace {

double ulps(double value, long double truth) {
  const double near = static_cast<double>(truth);
  const double ulp =
      std::nextafter(std::fabs(near), std::numeric_limits<double>::infinity()) - std::fabs(near);
  return static_cast<double>(std::fabs(static_cast<long double>(value) - truth)) / ulp;
}

std::vector<double> million_normals() {
  std::vector<double> x(1'000'000);
  Random(20240229).normals(x);
  return x;
}

}  // namespace

TEST_CASE("Philox4x32-10 gives the known answers of Random123", "[random]") {
  // D. E. Shaw Research, Random123 1.14, tests/kat_vectors, lines "philox4x32 10".
  CHECK(Philox4x32::block({0, 0, 0, 0}, {0, 0}) ==
        Philox4x32::Counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(Philox4x32::block({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
                          {0xffffffff, 0xffffffff}) ==
        Philox4x32::Counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(Philox4x32::block({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                          {0xa4093822, 0x299f31d0}) ==
        Philox4x32::Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("the first bits of seed 0 are the first block of Philox", "[random]") {
  Random random(0);
  CHECK(random.bits() == 0xe169c58d6627e8d5u);
  CHECK(random.bits() == 0x9b00dbd8bc57ac4cu);
}

TEST_CASE("random numbers keep their bits", "[random]") {
  // Ours: a change means that every stored result of every user changes too.
  CHECK(zeroth::test::fingerprint_of_random_numbers() == ZEROTH_RANDOM_FINGERPRINT);
}

TEST_CASE("seeds and streams differ, copies continue alike", "[random]") {
  Random a(1), other_seed(2), other_stream(1, 1), high_seed(1 + (std::uint64_t{1} << 32));
  const std::uint64_t first = a.bits();
  CHECK(first != other_seed.bits());
  CHECK(first != other_stream.bits());
  CHECK(first != high_seed.bits());
  for (int i = 0; i < 7; ++i) a.bits();
  Random copy = a;
  for (int i = 0; i < 100; ++i) REQUIRE(copy.bits() == a.bits());
}

TEST_CASE("filling an array draws the numbers of single calls", "[random]") {
  std::array<double, 100> filled{};
  Random together(7), singly(7);
  together.normals(filled);
  for (const double x : filled) REQUIRE(x == singly.normal());
}

TEST_CASE(
    "uniform numbers are at least 0 and below 1, with the moments of the uniform distribution",
    "[random]") {
  Random random(3);
  const int n = 1'000'000;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform();
    REQUIRE((u >= 0.0 && u < 1.0));
    sum += u;
    squares += u * u;
  }
  CHECK(std::fabs(sum / n - 0.5) < 4 / std::sqrt(12.0 * n));
  CHECK(std::fabs(squares / n - 1.0 / 3) < 4 * std::sqrt(4.0 / 45 / n));
}

TEST_CASE("integers below n cover 0 to n - 1 evenly", "[random]") {
  Random random(4);
  CHECK(random.below(1) == 0);
  for (int i = 0; i < 1000; ++i)
    REQUIRE(random.below((std::uint64_t{1} << 63) + 1) <= std::uint64_t{1} << 63);
  std::array<double, 6> counts{};
  const int n = 600'000;
  for (int i = 0; i < n; ++i) ++counts.at(random.below(6));
  double chi_squared = 0;
  for (const double count : counts)
    chi_squared += (count - n / 6.0) * (count - n / 6.0) / (n / 6.0);
  CHECK(chi_squared < 20.5);  // 5 degrees of freedom, p = 0.001
}

TEST_CASE("normals have the moments of the normal distribution", "[random]") {
  std::array<double, 5> moment{};
  const std::vector<double> x = million_normals();
  const double n = static_cast<double>(x.size());
  for (const double value : x) {
    double power = 1;
    for (std::size_t k = 1; k < moment.size(); ++k) moment[k] += (power *= value) / n;
  }
  // Four standard errors of each: E x^2k - (E x^k)^2 = 1, 2, 15, 96.
  CHECK(std::fabs(moment[1]) < 4 * std::sqrt(1 / n));
  CHECK(std::fabs(moment[2] - 1) < 4 * std::sqrt(2 / n));
  CHECK(std::fabs(moment[3]) < 4 * std::sqrt(15 / n));
  CHECK(std::fabs(moment[4] - 3) < 4 * std::sqrt(96 / n));
}

TEST_CASE("a million normals pass the Kolmogorov-Smirnov test", "[random]") {
  std::vector<double> x = million_normals();
  std::sort(x.begin(), x.end());
  const double n = static_cast<double>(x.size());
  double distance = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double cdf = 0.5 * std::erfc(-x[i] / std::sqrt(2.0));
    distance = std::max({distance, std::fabs(cdf - static_cast<double>(i) / n),
                         std::fabs(cdf - static_cast<double>(i + 1) / n)});
  }
  CHECK(distance * std::sqrt(n) < 1.95);  // p = 0.001
}

TEST_CASE("normals beyond the tail of the ziggurat are as frequent and as far as they should be",
          "[random]") {
  const std::vector<double> x = million_normals();
  for (const double from : {Ziggurat::tail, 4.0}) {
    CAPTURE(from);
    const double expected = static_cast<double>(x.size()) * 0.5 * std::erfc(from / std::sqrt(2.0));
    const auto above = std::count_if(x.begin(), x.end(), [from](double v) { return v > from; });
    const auto below = std::count_if(x.begin(), x.end(), [from](double v) { return v < -from; });
    CHECK(std::fabs(static_cast<double>(above) - expected) < 4 * std::sqrt(expected));
    CHECK(std::fabs(static_cast<double>(below) - expected) < 4 * std::sqrt(expected));
  }
}

TEST_CASE("every layer of the ziggurat has the same area and fits under the next", "[random]") {
  const Ziggurat& table = Ziggurat::instance();
  const auto edge = [&table](std::size_t i) { return table.scale[i] * 0x1p53; };
  const double tail_mass =
      std::sqrt(std::acos(-1.0) / 2) * std::erfc(Ziggurat::tail / std::sqrt(2.0));
  CHECK(edge(1) == Ziggurat::tail);
  CHECK(Ziggurat::tail * std::exp(-0.5 * Ziggurat::tail * Ziggurat::tail) + tail_mass ==
        Approx(Ziggurat::area).epsilon(1e-12));
  CHECK(edge(0) * table.density[1] == Approx(Ziggurat::area).epsilon(1e-12));
  // The recursion that builds the layers multiplies rounding by some thousand up to the last, which
  // closes at 1.1e-12; the layers below stay under 1e-13.
  for (std::size_t i = 1; i < Ziggurat::layers; ++i) {
    CAPTURE(i);
    CHECK(edge(i) * (table.density[i + 1] - table.density[i]) ==
          Approx(Ziggurat::area).epsilon(i + 1 < Ziggurat::layers ? 1e-13 : 2e-12));
    CHECK(edge(i) < edge(i - 1));
  }
  for (std::size_t i = 0; i + 1 < Ziggurat::layers; ++i) {
    CAPTURE(i);
    CHECK(static_cast<double>(table.inside[i]) * 0x1p-53 ==
          Approx(edge(i + 1) / edge(i)).epsilon(1e-15));
  }
  CHECK(table.inside[Ziggurat::layers - 1] == 0);
}

TEST_CASE("exp and log of the generator are as exact as they say", "[random]") {
  double worst_exp = 0, worst_log = 0;
  for (int i = 0; i <= 200'000; ++i) {
    const double t = 700.0 * i / 200'001.0;
    worst_exp = std::max(worst_exp, ulps(exp_of_minus(t), std::exp(-static_cast<long double>(t))));
    const double x = std::exp(-(t + 0.5));
    worst_log = std::max(worst_log, ulps(log_of(x), std::log(static_cast<long double>(x))));
  }
  CHECK(worst_exp < 2);
  CHECK(worst_log < 3);
  CHECK(exp_of_minus(0.0) == 1.0);
  CHECK(log_of(1.0) == 0.0);
}
