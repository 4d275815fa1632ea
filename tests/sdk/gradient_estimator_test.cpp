#include <zeroth/gradient_estimator.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/fake_run.hpp"

using namespace zeroth::test;

namespace {

// Estimates once at the start of the settings.
struct Estimate {
  explicit Estimate(RunSettings settings, std::size_t q, double mu)
      : fake(std::move(settings)), run(fake.abi()), estimator(run, q, mu) {
    zeroth::GaussianDirections directions(run);
    went_on = estimator.estimate(run.initial_point(), directions);
  }
  FakeRun fake;
  zeroth::Run run;
  zeroth::GradientEstimator estimator;
  bool went_on;
};

RunSettings at(std::vector<double> start) {
  RunSettings settings;
  settings.objective = quadratic;
  settings.start = std::move(start);
  return settings;
}

}  // namespace

TEST_CASE("an estimate is one batch of q + 1 points, theta first", "[estimator]") {
  const Estimate e(at({1.0, 2.0, 3.0}), 4, 1e-3);
  REQUIRE(e.went_on);
  REQUIRE(e.fake.trace().batches.size() == 1);
  const Trace::Batch& batch = e.fake.trace().batches.front();
  REQUIRE(batch.f.size() == 5);
  CHECK(std::vector<double>(batch.x.begin(), batch.x.begin() + 3) ==
        std::vector<double>{1.0, 2.0, 3.0});
  CHECK(e.estimator.value() == batch.f[0]);
  for (std::size_t i = 0; i < 12; ++i) {
    CHECK(batch.x[3 + i] == batch.x[i % 3] + 1e-3 * e.estimator.directions()[i]);
  }
}

TEST_CASE("an estimate on a quadratic is the mean of c u with c = gradient u + mu/2 |u|^2",
          "[estimator]") {
  const std::vector<double> theta{1.0, -2.0, 0.5, 4.0};
  const std::size_t q = 7, d = theta.size();
  const double mu = 1e-3;
  const Estimate e(at(theta), q, mu);
  std::vector<double> expected(d);
  for (std::size_t i = 0; i < q; ++i) {
    const auto u = e.estimator.directions().subspan(i * d, d);
    double c = 0;
    for (std::size_t j = 0; j < d; ++j) c += (theta[j] - 0.3) * u[j] + 0.5 * mu * u[j] * u[j];
    CHECK(e.estimator.coefficients()[i] ==
          Approx(c).margin(1e-11));  // f is about 10, so 1e-15 * 10 / mu
    for (std::size_t j = 0; j < d; ++j) expected[j] += c * u[j] / static_cast<double>(q);
  }
  for (std::size_t j = 0; j < d; ++j)
    CHECK(e.estimator.gradient()[j] == Approx(expected[j]).margin(1e-10));
}

TEST_CASE("an estimate on a linear function is exact whatever mu", "[estimator]") {
  // From the origin with mu a power of two nothing is rounded but the products themselves.
  RunSettings settings = at({0.0, 0.0, 0.0});
  settings.objective = [](std::span<const double> x) { return 2 * x[0] - 4 * x[1] + x[2]; };
  for (const double mu : {0x1p-20, 1.0, 0x1p10}) {
    const Estimate e(settings, 5, mu);
    for (std::size_t i = 0; i < 5; ++i) {
      const auto u = e.estimator.directions().subspan(3 * i, 3);
      CHECK(e.estimator.coefficients()[i] == 2 * u[0] - 4 * u[1] + u[2]);
    }
  }
}

TEST_CASE("an estimate from the gradient is the limit of small mu, for one evaluation",
          "[estimator]") {
  RunSettings settings = at({1.0, -2.0, 0.5, 4.0});
  settings.upper = {1.0, 100.0, 100.0, 100.0};  // half of the directions are cut there
  settings.lower = {-100.0, -100.0, -100.0, -100.0};
  const std::size_t q = 7, d = 4;
  const Estimate differences(settings, q, 1e-6);
  FakeRun fake(settings);
  zeroth::Run run(fake.abi());
  zeroth::GradientEstimator estimator(run, q, 1e-6);
  zeroth::GaussianDirections directions(run);
  const std::vector<double> theta = run.start(), slope{0.7, -2.3, 0.2, 3.7};
  REQUIRE(estimator.estimate_from(theta, slope, directions));
  REQUIRE(fake.trace().batches.size() == 1);
  CHECK(fake.trace().batches[0].x == theta);
  CHECK(estimator.value() == differences.estimator.value());
  CHECK(estimator.points_used() == q);
  for (std::size_t i = 0; i < q; ++i) {
    CHECK(estimator.coefficients()[i] ==
          Approx(differences.estimator.coefficients()[i]).margin(1e-5));
  }
  for (std::size_t j = 0; j < d; ++j)
    CHECK(estimator.gradient()[j] == Approx(differences.estimator.gradient()[j]).margin(1e-5));
}

TEST_CASE("given directions are used in order, and their end is an error", "[estimator]") {
  RunSettings settings = at({0.0, 0.0});
  settings.directions = {1, 2, 3, 4, 5, 6};
  Estimate e(settings, 2, 0.5);
  const auto u = e.estimator.directions();
  CHECK(std::vector<double>(u.begin(), u.end()) == std::vector<double>{1, 2, 3, 4});
  zeroth::GaussianDirections again(e.run);
  CHECK_THROWS_AS((void)e.estimator.estimate(e.run.initial_point(), again),
                  zeroth::Error);  // 1 of 2 left
}

TEST_CASE("a direction that leaves the bounds is cut, and so is its share of the estimate",
          "[estimator]") {
  RunSettings settings = at({1.0, 0.5, 0.0});
  settings.lower = {0.0, -100.0, -0.5};
  settings.upper = {1.0, 100.0, 100.0};
  settings.directions = {2.0, 3.0, -4.0, -2.0, -3.0, 4.0};
  const Estimate e(settings, 2, 0.25);
  CHECK(e.fake.violation().empty());
  const auto u = e.estimator.directions();
  CHECK(std::vector<double>(u.begin(), u.end()) ==
        std::vector<double>{0.0, 3.0, -2.0, -2.0, -3.0, 4.0});
  CHECK(e.fake.trace().batches[0].x ==
        std::vector<double>{1.0, 0.5, 0.0, 1.0, 1.25, -0.5, 0.5, -0.25, 1.0});
  const auto c = e.estimator.coefficients();
  CHECK(e.estimator.gradient()[0] == 0.5 * (0.0 * c[0] + -2.0 * c[1]));
  CHECK(e.estimator.gradient()[2] == 0.5 * (-2.0 * c[0] + 4.0 * c[1]));
}

TEST_CASE("a point that failed is left out of the mean", "[estimator]") {
  RunSettings settings = at({0.0});
  settings.directions = {1.0, -1.0, 2.0};
  settings.objective = [](std::span<const double> x) {
    if (x[0] < 0) return std::numeric_limits<double>::quiet_NaN();
    if (x[0] > 1.5) return std::numeric_limits<double>::infinity();
    return 3 * x[0];
  };
  const Estimate e(settings, 3, 1.0);
  REQUIRE(e.went_on);
  CHECK(e.estimator.coefficients()[0] == 3.0);
  CHECK(e.estimator.coefficients()[1] == 0.0);
  CHECK(e.estimator.coefficients()[2] == 0.0);
  CHECK(e.estimator.gradient()[0] == 3.0);
}

TEST_CASE("an estimate where f(theta) failed is zero", "[estimator]") {
  RunSettings settings = at({0.0, 0.0});
  settings.objective = [](std::span<const double> x) {
    return x[0] == 0 ? std::numeric_limits<double>::quiet_NaN() : 1.0;
  };
  const Estimate e(settings, 3, 1.0);
  REQUIRE(e.went_on);
  CHECK(e.estimator.gradient()[0] == 0.0);
  CHECK(e.estimator.gradient()[1] == 0.0);
}

TEST_CASE("an estimate that the budget does not allow estimates nothing", "[estimator]") {
  RunSettings settings = at({1.0});
  settings.query_budget = 3;
  CHECK_FALSE(Estimate(settings, 3, 1.0).went_on);
  settings.query_budget = 4;
  CHECK(Estimate(settings, 3, 1.0).went_on);
}
