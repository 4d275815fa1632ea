// The attack on real data.
#include "adversarial_attack/attack.hpp"

#include <zeroth/random.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>
#include <vector>

#include "adversarial_attack/adversarial_attack.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/problem_suite.hpp"

using zeroth::Split;
using zeroth::attack::Attack;
using zeroth::test::start_of;
using zeroth::test::value_at;

namespace {

std::unique_ptr<zeroth::attack::AdversarialAttack> suite_in(
    const std::filesystem::path& data, zeroth::test::Overrides overrides = {}) {
  overrides["data"] = data.string();
  return zeroth::test::suite_of<zeroth::attack::AdversarialAttack>(overrides);
}

struct Measured {
  double success, predicted, l1, l2, linf;
};

Measured measure(const Attack& attack, std::span<const double> w) {
  double v[5];
  attack.measure(w, v);
  return {v[0], v[1], v[2], v[3], v[4]};
}

/// A point where f is smooth: every pixel has moved by 0.02 to 0.1, so that no |x - x0| is at its
/// kink, and about half of those on the edge of the box have left it by at least 0.02.
std::vector<double> generic_point(std::size_t d, std::uint64_t seed) {
  zeroth::Random random(seed);
  std::vector<double> w(d);
  for (double& value : w) {
    value = (0.02 + 0.08 * random.uniform()) * (random.uniform() < 0.5 ? -1 : 1);
  }
  return w;
}

}  // namespace

// split.json holds the losses computed by the official code, in float64.
TEST_CASE("the initial losses of all test images are the official ones", "[attack]") {
  ZEROTH_DATA_OR_SKIP(data);
  const auto suite = suite_in(data);
  std::ifstream in(data / "mnist-attack/split.json");
  const auto split = nlohmann::json::parse(in);
  const auto& losses = split["initial_loss_test"];
  REQUIRE(suite->instance_count(Split::test) == 100);
  REQUIRE(suite->instance_count(Split::train) == 100);
  REQUIRE(losses.size() == 100);
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const auto attack = suite->open(Split::test, i);
    CAPTURE(i);
    CHECK(attack->label() == std::to_string(split["test"][i].get<int>()));
    CHECK(suite->label_of(split["test"][i].get<std::size_t>()) ==
          split["test_labels"][i].get<std::size_t>());
    const double official = losses[i].get<double>();
    CHECK(std::abs(value_at(*attack, start_of(*attack, i)) - official) <= 1e-9 * official);
  }
}

TEST_CASE("the network is right on 0.9915 of the test images", "[attack]") {
  ZEROTH_DATA_OR_SKIP(data);
  const auto suite = suite_in(data);
  const std::vector<double> unchanged(784, 0.0);
  std::size_t right = 0;
  for (std::size_t i = 0; i < suite->image_count(); ++i) {
    const double predicted = measure(*suite->open_image(i), unchanged).predicted;
    right += predicted == static_cast<double>(suite->label_of(i)) ? 1 : 0;
  }
  CHECK(suite->image_count() == 10'000);
  CHECK(right == 9915);
}

// With the l1 norm f is linear between kinks (ReLU, pooling, the rival class), so a central
// difference has no truncation error; its rounding error is about 1e-14 / (2h), 1e-8 for h = 1e-6.
// A kink within h of the point, of which there is about one among 784 coordinates, shows as a
// second difference: for one kink |f(+h) - 2 f + f(-h)| / (2h) is the very error of the central
// difference. Such coordinates, seen from f alone, are left out, and must be few.
TEST_CASE("the gradient agrees with central differences to 1e-6 on 20 images", "[attack]") {
  ZEROTH_DATA_OR_SKIP(data);
  const auto suite = suite_in(data);
  constexpr std::size_t d = 784;
  constexpr double h = 1e-6;
  std::size_t kinks = 0, outside = 0;
  for (std::size_t image = 0; image < 20; ++image) {
    CAPTURE(image);
    const auto attack = suite->open(Split::test, image);
    const auto w = generic_point(d, image);
    const double f0 = value_at(*attack, w);
    REQUIRE_FALSE(attack->succeeded(w, f0));  // else the network has no part in f
    std::vector<std::size_t> coordinates;     // a seventh for each image; seven images cover all
    for (std::size_t i = image % 7; i < d; i += 7) coordinates.push_back(i);
    const std::size_t n = 2 * coordinates.size();
    std::vector<double> g(d), points(n * d), f(n);
    attack->gradient(ZEROTH_FULL_DATA, w, g);
    for (std::size_t k = 0; k < n; ++k) {
      std::copy(w.begin(), w.end(), points.begin() + k * d);
      points[k * d + coordinates[k / 2]] += k % 2 == 0 ? h : -h;
    }
    attack->evaluate(ZEROTH_FULL_DATA, points, f);
    double largest = 0;
    for (const double value : g) largest = std::max(largest, std::abs(value));
    double error = 0, norm = 0;
    for (std::size_t k = 0; k < coordinates.size(); ++k) {
      const std::size_t i = coordinates[k];
      const double up = f[2 * k], down = f[2 * k + 1];
      if (std::abs(up - 2 * f0 + down) / (2 * h) > 2e-7 * largest) {
        ++kinks;
        continue;
      }
      const double difference = (up - down) / (2 * h);
      CHECK(std::abs(difference - g[i]) < 1e-6 * largest);
      error = std::hypot(error, difference - g[i]);
      norm = std::hypot(norm, g[i]);
      outside += g[i] == 0 ? 1 : 0;
    }
    CHECK(error < 1e-6 * norm);
  }
  CHECK(kinks < 20 * d / 7 / 100);
  CHECK(outside > 20 * d / 7 / 5);  // the clamp had its part
}

TEST_CASE("the squared l2 norm changes the gradient by its own", "[attack]") {
  ZEROTH_DATA_OR_SKIP(data);
  const auto l1_suite = suite_in(data), l2_suite = suite_in(data, {{"norm", std::string("l2")}});
  const auto l1 = l1_suite->open(Split::test, 0), l2 = l2_suite->open(Split::test, 0);
  std::vector<double> w(784, 0.0), g1(784), g2(784);
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = i % 2 == 0 ? 0.05 : -0.05;
  l1->gradient(ZEROTH_FULL_DATA, w, g1);
  l2->gradient(ZEROTH_FULL_DATA, w, g2);
  std::size_t free = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (g1[i] == 0 && g2[i] == 0) continue;  // outside the box
    ++free;
    // Every free pixel moves by w or, where the clamp stops it, is outside: 0.1 (2 w - sign w).
    CHECK(g2[i] - g1[i] == Approx(0.1 * (2 * w[i] - (w[i] > 0 ? 1 : -1))).epsilon(1e-9));
  }
  CHECK(free > 300);
  const Measured m = measure(*l2, w);
  CHECK(value_at(*l1, w) - value_at(*l2, w) == Approx(0.1 * (m.l1 - m.l2 * m.l2)));
}

// With the squared l2 norm, along a direction that crosses no kink within h.
TEST_CASE("a perturbation of another resolution has its own dimension and gradient", "[attack]") {
  ZEROTH_DATA_OR_SKIP(data);
  const auto suite = suite_in(data, {{"resolution", 40.0}, {"norm", std::string("l2")}});
  const auto attack = suite->open(Split::test, 0);
  constexpr std::size_t d = 1600;
  REQUIRE(attack->dimension() == d);
  const std::vector<double> w = generic_point(d, 3);
  std::vector<double> direction(d), g(d);
  zeroth::Random(9).normals(direction);
  attack->gradient(ZEROTH_FULL_DATA, w, g);
  double slope = 0;
  for (std::size_t i = 0; i < d; ++i) slope += g[i] * direction[i];
  constexpr double h = 1e-7;
  std::vector<double> up = w, down = w;
  for (std::size_t i = 0; i < d; ++i) {
    up[i] += h * direction[i];
    down[i] -= h * direction[i];
  }
  CHECK((value_at(*attack, up) - value_at(*attack, down)) / (2 * h) == Approx(slope).epsilon(1e-5));
  // A picture is of the image's size, whatever the resolution.
  std::vector<double> pictures(3 * 784);
  attack->draw(w, pictures);
  const Measured m = measure(*attack, w);
  double l1 = 0;
  for (std::size_t i = 0; i < 784; ++i) l1 += std::abs(pictures[2 * 784 + i]);
  CHECK(l1 == Approx(m.l1));
  // A constant perturbation is the same at every resolution.
  const auto own_suite = suite_in(data, {{"norm", std::string("l2")}});
  const auto own = own_suite->open(Split::test, 0);
  CHECK(value_at(*attack, std::vector<double>(d, 0.03)) ==
        Approx(value_at(*own, std::vector<double>(784, 0.03))));
}

TEST_CASE("a batch equals its points, and cutting it where allowed changes no bit", "[attack]") {
  ZEROTH_DATA_OR_SKIP(data);
  const auto suite = suite_in(data);
  const auto attack = suite->open(Split::test, 1);
  const std::size_t d = attack->dimension(), cut = attack->batch_rows(), n = cut + 21;
  std::vector<double> w(n * d), f(n), parts(n);
  zeroth::Random(4).normals(w);
  for (double& value : w) value *= 0.05;
  attack->evaluate(ZEROTH_FULL_DATA, w, f);
  for (std::size_t i = 0; i < n; ++i) {
    CHECK(f[i] == Approx(value_at(*attack, {w.data() + i * d, d})).epsilon(1e-11));
  }
  attack->evaluate(ZEROTH_FULL_DATA, std::span(w).first(cut * d), std::span(parts).first(cut));
  attack->evaluate(ZEROTH_FULL_DATA, std::span(w).subspan(cut * d), std::span(parts).subspan(cut));
  CHECK(f == parts);
}

TEST_CASE("several threads get the bits that one gets", "[attack]") {
  ZEROTH_DATA_OR_SKIP(data);
  const auto suite = suite_in(data);
  const auto attack = suite->open(Split::test, 2);
  std::vector<double> w(21 * 784), f(21);
  zeroth::Random(5).normals(w);
  for (double& value : w) value *= 0.05;
  attack->evaluate(ZEROTH_FULL_DATA, w, f);
  std::vector<std::vector<double>> answers(4, std::vector<double>(21));
  std::vector<std::thread> threads;
  for (auto& answer : answers) {
    threads.emplace_back([&] { attack->evaluate(ZEROTH_FULL_DATA, w, answer); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& answer : answers) CHECK(answer == f);
}

// Logits are of order 20 and float has 24 bits: 1e-6 each, with the sums in between 1e-4 at most.
TEST_CASE("float32 is close to float64, and its gradient the same", "[attack]") {
  ZEROTH_DATA_OR_SKIP(data);
  const auto exact_suite = suite_in(data);
  const auto fast_suite = suite_in(data, {{"precision", std::string("float32")}});
  for (std::size_t i = 0; i < 20; ++i) {
    const auto exact = exact_suite->open(Split::test, i), fast = fast_suite->open(Split::test, i);
    const auto w = start_of(*exact);
    const double difference = std::abs(value_at(*exact, w) - value_at(*fast, w));
    CHECK(difference < 1e-4);
    CHECK(difference > 0);
    std::vector<double> g(784), same(784);
    exact->gradient(ZEROTH_FULL_DATA, w, g);
    fast->gradient(ZEROTH_FULL_DATA, w, same);
    CHECK(g == same);
  }
}

TEST_CASE("success comes where the predicted class changes, and the loss is then the distance",
          "[attack]") {
  ZEROTH_DATA_OR_SKIP(data);
  for (const char* precision : {"float64", "float32"}) {
    const auto suite = suite_in(data, {{"precision", std::string(precision)}});
    for (std::size_t image = 0; image < 5; ++image) {
      const auto attack = suite->open(Split::test, image);
      const auto label = static_cast<double>(suite->label_of(std::stoul(attack->label())));
      auto w = start_of(*attack);
      std::vector<double> g(w.size());
      std::set<double> seen;
      for (int step = 0; step < 200; ++step) {
        const double f = value_at(*attack, w);
        const Measured m = measure(*attack, w);
        const bool success = m.success == 1;
        seen.insert(m.success);
        CHECK(success == (m.predicted != label));
        CHECK(success == attack->succeeded(w, f));
        CHECK((std::abs(f - 0.1 * m.l1) < 1e-12) == success);
        CHECK(m.l2 <= m.l1);
        CHECK(m.linf <= m.l2);
        if (success) break;
        attack->gradient(ZEROTH_FULL_DATA, w, g);
        for (std::size_t i = 0; i < w.size(); ++i) w[i] -= 0.01 * g[i];
      }
      CHECK(seen == std::set<double>{0, 1});
    }
  }
}
