// What ZO-LSTM does besides its networks, which the official trace and the meta-gradients check.
#include <zeroth/random.hpp>
#include <zeroth/subspace.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/solve.hpp"
#include "support/zo_lstm_weights.hpp"

using namespace zeroth::test;

namespace {

using Vector = std::vector<double>;
constexpr std::size_t d = 5, q = 4;
constexpr double mu = 0.25;

RunSettings given_directions(std::size_t iterations) {
  RunSettings settings;
  settings.objective = quadratic;
  settings.start = {1.0, 2.0, -1.0, 0.5, -3.0};
  settings.iteration_budget = iterations;
  settings.directions.resize(iterations * q * d);
  zeroth::Random(11).normals(settings.directions);
  return settings;
}

Trace solve_lstm(Overrides parameters, const RunSettings& settings) {
  const TemporaryFolder folder;
  parameters.merge(Overrides{
      {"weights", untrained_weights(folder, 0.5).string()}, {"q", double{q}}, {"mu", mu}});
  return solve("zo_lstm", "zo-lstm", parameters, settings);
}

// u_i of a batch, which has theta first.
Vector direction(const Trace::Batch& batch, std::size_t i) {
  Vector u(d);
  for (std::size_t j = 0; j < d; ++j) u[j] = (batch.x[(i + 1) * d + j] - batch.x[j]) / mu;
  return u;
}

// (1/q) sum of c_i u_i.
Vector estimate(const Trace::Batch& batch) {
  Vector g(d);
  for (std::size_t i = 0; i < q; ++i) {
    const Vector u = direction(batch, i);
    for (std::size_t j = 0; j < d; ++j) g[j] += (batch.f[i + 1] - batch.f[0]) / mu * u[j] / q;
  }
  return g;
}

double distance(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t j = 0; j < d; ++j) sum = std::hypot(sum, a[j] - b[j]);
  return sum;
}

}  // namespace

TEST_CASE("zo-lstm without its UpdateRNN steps by -(delta / d) g", "[rules]") {
  const RunSettings settings = given_directions(3);
  const Trace trace =
      solve_lstm({{"variant", "no-update"}, {"delta", 0.5}, {"alpha", 7.0}}, settings);
  Vector theta = settings.start;
  for (std::size_t t = 0; t < 3; ++t) {
    const Vector g = estimate(trace.batches[t]);
    for (std::size_t j = 0; j < d; ++j) theta[j] -= 0.5 / d * g[j];
    CHECK(distance(trace.iterates[t], theta) < 1e-12);
  }
}

// u = sqrt(0.5) z + sqrt(0.5) U w, then of the length of z; w from stream 2 of the run's seed.
TEST_CASE("the directions of guided-es bend to the span of the last g and y and keep their length",
          "[rules]") {
  const RunSettings settings = given_directions(3);
  const Trace trace = solve_lstm({{"variant", "guided-es"}}, settings);
  zeroth::Random w(settings.seed, 2);
  Vector last_g(d), last_y(d), last_theta = settings.start;
  for (std::size_t t = 0; t < 3; ++t) {
    zeroth::Subspace subspace;
    subspace.span_of({last_g, last_y});
    REQUIRE(subspace.dimension() == (t == 0 ? 0 : 2));
    for (std::size_t i = 0; i < q; ++i) {
      const double* z = &settings.directions[(t * q + i) * d];
      Vector u(z, z + d);
      if (t > 0) {
        for (double& value : u) value *= std::sqrt(0.5);
        for (std::size_t k = 0; k < 2; ++k) {
          const double along = std::sqrt(0.5) * w.normal();
          for (std::size_t j = 0; j < d; ++j) u[j] += along * subspace.basis(k)[j];
        }
        const double longer = distance(Vector(z, z + d), Vector(d)) / distance(u, Vector(d));
        for (double& value : u) value *= longer;
      }
      CHECK(distance(direction(trace.batches[t], i), u) < 1e-12);
    }
    last_g = estimate(trace.batches[t]);
    for (std::size_t j = 0; j < d; ++j) last_y[j] = trace.iterates[t][j] - last_theta[j];
    last_theta = trace.iterates[t];
  }
}

// With o = 0 in the first iteration, s is 1 there and nothing is told.
TEST_CASE("zo-lstm throws one coin for all directions of an iteration, guided with its probability",
          "[rules]") {
  constexpr std::size_t iterations = 400;
  constexpr double guidance = 0.3;
  const RunSettings settings = given_directions(iterations);
  const Trace trace = solve_lstm({{"guidance", guidance}}, settings);
  std::size_t guided = 0;
  for (std::size_t t = 1; t < iterations; ++t) {
    const Vector& s = trace.internals.at("deviation")[t];
    std::size_t plain = 0, scaled = 0;
    for (std::size_t i = 0; i < q; ++i) {
      const double* at = &settings.directions[(t * q + i) * d];
      const Vector z(at, at + d), u = direction(trace.batches[t], i);
      Vector sz(d);
      for (std::size_t j = 0; j < d; ++j) sz[j] = s[j] * z[j];
      REQUIRE(distance(z, sz) > 1e-4);
      plain += distance(u, z) < 1e-9;
      scaled += distance(u, sz) < 1e-9;
    }
    CAPTURE(t);
    REQUIRE(((plain == q && scaled == 0) || (plain == 0 && scaled == q)));
    guided += scaled == q;
  }
  const double n = iterations - 1, deviation = std::sqrt(n * guidance * (1 - guidance));
  CHECK(std::fabs(static_cast<double>(guided) - n * guidance) < 4 * deviation);
}
