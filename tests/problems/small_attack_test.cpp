// The attack on a small network of three channels, without data.
#include <zeroth/file.hpp>
#include <zeroth/random.hpp>
#include <zeroth/safetensors.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "adversarial_attack/attack.hpp"
#include "adversarial_attack/target_network.hpp"
#include "support/catch.hpp"
#include "support/problem_suite.hpp"

using namespace zeroth::attack;
using zeroth::test::value_at;

namespace {

constexpr std::size_t d = 3 * 11 * 9, classes = 4;
constexpr double mean[] = {0.1, 0.2, 0.3}, deviation[] = {0.5, 1.0, 2.0};  // make_all_layers.py
constexpr double c = 0.3;

Target small_target(Norm norm) {
  const std::string file = std::string(ZEROTH_SOURCE_DIR) + "/tests/data/all_layers.safetensors";
  const zeroth::Safetensors weights(zeroth::read_file(file, "the golden values", "none"), file);
  const auto description = description_in(weights, file);
  REQUIRE(description);
  return {.network = build<double>(*description, weights, file),
          .fast = {},
          .mean = description->mean,
          .deviation = description->deviation,
          .resize = {},
          .initial_point = {},
          .c = c,
          .norm = norm};
}

// An image, and a perturbation that moves every pixel by 0.02 to 0.1, some beyond [0, 1].
struct Point {
  std::vector<double> image, w;
};
Point random_point(std::uint64_t seed) {
  zeroth::Random random(seed);
  Point point;
  for (std::size_t i = 0; i < d; ++i) {
    point.image.push_back(random.uniform());
    point.w.push_back((0.02 + 0.08 * random.uniform()) * (random.uniform() < 0.5 ? -1 : 1));
  }
  return point;
}

std::vector<double> logits_at(const Target& target, const Point& point) {
  std::vector<double> seen(d), logits(classes);
  for (std::size_t i = 0; i < d; ++i) {
    const std::size_t channel = i / (11 * 9);
    const double pixel = std::clamp(point.image[i] + point.w[i], 0.0, 1.0);
    seen[i] = (pixel - mean[channel]) / deviation[channel];
  }
  target.network.forward(1, seen.data(), logits.data());
  return logits;
}

}  // namespace

TEST_CASE("the loss is the hinge of the logits and the weighted distance, in every channel",
          "[attack]") {
  for (const Norm norm : {Norm::l1, Norm::l2}) {
    const Target target = small_target(norm);
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      const Point point = random_point(seed);
      const std::vector<double> logits = logits_at(target, point);
      double distance = 0;
      for (std::size_t i = 0; i < d; ++i) {
        const double moved = std::clamp(point.image[i] + point.w[i], 0.0, 1.0) - point.image[i];
        distance += norm == Norm::l1 ? std::abs(moved) : moved * moved;
      }
      for (std::size_t y = 0; y < classes; ++y) {
        double rival = -1e300;
        for (std::size_t j = 0; j < classes; ++j)
          if (j != y) rival = std::max(rival, logits[j]);
        CAPTURE(seed, y, logits[y], rival);
        CHECK(value_at(Attack(target, point.image, y, "an image"), point.w) ==
              Approx(std::max(logits[y] - rival, 0.0) + c * distance).epsilon(1e-12));
      }
    }
  }
}

// The l1 loss is linear between kinks, of which none is within h of these coordinates.
TEST_CASE("the gradient agrees with central differences in every channel", "[attack]") {
  const Target target = small_target(Norm::l1);
  const Point point = random_point(4);
  const std::vector<double> logits = logits_at(target, point);
  const auto y = std::max_element(logits.begin(), logits.end()) - logits.begin();
  const Attack attack(target, point.image, static_cast<std::size_t>(y), "an image");
  std::vector<double> g(d), w = point.w;
  attack.gradient(ZEROTH_FULL_DATA, w, g);
  constexpr double h = 1e-6;
  std::size_t outside = 0;
  for (std::size_t i = 0; i < d; ++i) {
    w[i] = point.w[i] + h;
    const double up = value_at(attack, w);
    w[i] = point.w[i] - h;
    const double down = value_at(attack, w);
    w[i] = point.w[i];
    CAPTURE(i);
    CHECK(std::abs((up - down) / (2 * h) - g[i]) < 1e-7);
    outside += g[i] == 0;
  }
  CHECK((outside > 5 && outside < 50));  // the clamp had its part
}
