// Each optimizer against its formula, with directions that make the estimates known.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <zeroth/random.hpp>
#include <zeroth/subspace.hpp>
#include "support/catch.hpp"
#include "support/solve.hpp"

using namespace zeroth::test;

namespace {

// f is linear and the directions are the unit vectors: an estimate is half of the slope.
RunSettings slope(double first, double second, std::uint64_t iterations) {
  RunSettings settings;
  settings.objective = [=](std::span<const double> x) { return first * x[0] + second * x[1]; };
  settings.start = {0.0, 0.0};
  settings.iteration_budget = iterations;
  for (std::uint64_t i = 0; i < iterations; ++i) {
    settings.directions.insert(settings.directions.end(), {1, 0, 0, 1});
  }
  return settings;
}
const Overrides two_directions{{"delta", 0.5}, {"q", 2.0}, {"mu", 0.25}};

}  // namespace

TEST_CASE("zo-sgd moves by the estimate", "[rules]") {
  CHECK(solve("zo_sgd", "zo-sgd", two_directions, slope(8, -16, 2)).iterates ==
        Points{{-1, 2}, {-2, 4}});
}

TEST_CASE("descent goes back from a theta that fails to the last that did not", "[rules]") {
  RunSettings settings = slope(8, -16, 3);
  settings.objective = [](std::span<const double> x) {
    return x[0] < -0.5 ? std::numeric_limits<double>::quiet_NaN() : 8 * x[0] - 16 * x[1];
  };
  CHECK(solve("zo_sgd", "zo-sgd", two_directions, settings).iterates ==
        Points{{-1, 2}, {0, 0}, {-1, 2}});
}

TEST_CASE("cma-es gets to an optimum that is far away", "[rules]") {
  RunSettings settings;
  settings.objective = [](std::span<const double> x) {
    return (x[0] - 1e6) * (x[0] - 1e6) + (x[1] - 1e6) * (x[1] - 1e6);
  };
  settings.start = {0.0, 0.0};
  settings.query_budget = 5000;
  const Trace trace = solve("cma_es", "cma-es", {}, settings);
  CHECK(settings.objective(trace.iterates.back()) < 1e-6);
}

namespace {

// A wide valley with the value 1 at -2, and a narrow one with the value 0 at 3.
RunSettings two_valleys() {
  RunSettings settings;
  settings.objective = [](std::span<const double> x) {
    return std::min((x[0] + 2) * (x[0] + 2) + 1, 50 * (x[0] - 3) * (x[0] - 3));
  };
  settings.start = {-2.0};
  settings.lower = {-5.0};
  settings.upper = {5.0};
  return settings;
}

// Sizes of batches, each once, in the order in which they are met first.
std::vector<std::size_t> batch_sizes(const Trace& trace) {
  std::vector<std::size_t> sizes;
  for (const Trace::Batch& batch : trace.batches) {
    if (std::find(sizes.begin(), sizes.end(), batch.f.size()) == sizes.end())
      sizes.push_back(batch.f.size());
  }
  return sizes;
}

}  // namespace

TEST_CASE("cma-es begins again elsewhere with twice the population, as often as it may",
          "[rules]") {
  using Sizes = std::vector<std::size_t>;  // the first batch has the start too
  const auto run = [](double restarts) {
    return solve("cma_es", "cma-es", {{"sigma", 0.02}, {"restarts", restarts}}, two_valleys());
  };
  const Trace once = run(0), thrice = run(2), often = run(9);
  CHECK(batch_sizes(once) == Sizes{5, 4});
  CHECK(batch_sizes(thrice) == Sizes{5, 4, 8, 16});
  CHECK(std::fabs(once.iterates.back()[0] + 2) < 1e-6);
  CHECK(std::fabs(often.iterates.back()[0] - 3) < 1e-6);
}

TEST_CASE("cma-es asks for lambda points at a time, and for four at least", "[rules]") {
  const auto sizes = [](double lambda) {
    return batch_sizes(
        solve("cma_es", "cma-es", {{"lambda", lambda}, {"restarts", 0.0}}, two_valleys()));
  };
  CHECK(sizes(7) == std::vector<std::size_t>{8, 7});
  CHECK(sizes(2) == std::vector<std::size_t>{5, 4});
}

// Hansen 2016, equations 41, 42 and 49: the weights of the better half, by rank.
TEST_CASE("cma-es is at the weighted mean of its better points, where that is asked for",
          "[rules]") {
  RunSettings settings;
  settings.objective = quadratic;
  settings.start = {1.0, -2.0};
  settings.iteration_budget = 1;
  const Trace trace = solve("cma_es", "cma-es", {{"iterate", "mean"}, {"lambda", 6.0}}, settings);
  std::vector<std::pair<double, std::size_t>> ranked;  // without the start
  for (std::size_t i = 1; i < 7; ++i) ranked.emplace_back(trace.batches[0].f[i], i);
  std::sort(ranked.begin(), ranked.end());
  double mean[2] = {}, sum = 0;
  for (std::size_t rank = 1; rank <= 3; ++rank) {
    const double w = std::log(3.5) - std::log(static_cast<double>(rank));
    sum += w;
    for (std::size_t j = 0; j < 2; ++j)
      mean[j] += w * trace.batches[0].x[2 * ranked[rank - 1].second + j];
  }
  for (std::size_t j = 0; j < 2; ++j)
    CHECK(trace.iterates[0][j] == Approx(mean[j] / sum).epsilon(1e-12));
}

TEST_CASE("zo-signsgd moves by the sign of the estimate, and not at all where it is zero",
          "[rules]") {
  CHECK(solve("zo_signsgd", "zo-signsgd", two_directions, slope(8, -16, 2)).iterates ==
        Points{{-0.25, 0.25}, {-0.5, 0.5}});
  CHECK(solve("zo_signsgd", "zo-signsgd", two_directions, slope(0, 16, 1)).iterates ==
        Points{{0, -0.25}});
}

TEST_CASE("zo-adam moves by bias-corrected moments with epsilon outside the root", "[rules]") {
  Overrides parameters = two_directions;
  parameters["beta1"] = 0.75;
  parameters["beta2"] = 0.5;
  RunSettings settings = slope(0, 0, 5);
  settings.objective = [](std::span<const double> x) {
    return 3e-8 * x[0] +
           4 * (x[1] - 1) * (x[1] - 1);  // the first estimate is of the size of epsilon
  };
  const Trace trace = solve("zo_adam", "zo-adam", parameters, settings);
  std::vector<double> theta{0.0, 0.0};
  Points g;
  for (int t = 1; t <= 5; ++t) {
    const auto& f = trace.batches[t - 1].f;
    g.push_back({(f[1] - f[0]) / 0.25 / 2, (f[2] - f[0]) / 0.25 / 2});
    for (std::size_t j = 0; j < 2; ++j) {
      double m = 0, v = 0;
      for (int i = 1; i <= t; ++i) {
        m += 0.25 * std::pow(0.75, t - i) * g[i - 1][j];
        v += 0.5 * std::pow(0.5, t - i) * g[i - 1][j] * g[i - 1][j];
      }
      theta[j] -=
          0.25 * m / (1 - std::pow(0.75, t)) / (std::sqrt(v / (1 - std::pow(0.5, t))) + 1e-8);
      CHECK(trace.iterates[t - 1][j] == Approx(theta[j]).epsilon(1e-9));
    }
  }
}

TEST_CASE("random-search keeps the best point it has seen", "[rules]") {
  RunSettings settings;
  settings.objective = quadratic;
  settings.start = {1.0, -1.0};
  settings.iteration_budget = 30;
  const Trace trace = solve("random_search", "random-search", {{"q", 5.0}}, settings);
  double best = quadratic(settings.start);
  for (std::size_t t = 0; t < 30; ++t) {
    CHECK(trace.batches[t].f.front() == best);
    best = *std::min_element(trace.batches[t].f.begin(), trace.batches[t].f.end());
    CHECK(quadratic(trace.iterates[t]) == best);
  }
}

TEST_CASE("random-search leaves a start that fails and never keeps a candidate that does",
          "[rules]") {
  RunSettings settings;
  settings.start = {1.0, -1.0};
  settings.iteration_budget = 10;
  settings.objective = [](std::span<const double> x) {
    return x[0] >= 1.0 ? std::numeric_limits<double>::quiet_NaN() : quadratic(x);
  };
  const Trace trace = solve("random_search", "random-search", {{"q", 20.0}}, settings);
  for (const auto& iterate : trace.iterates) CHECK(iterate[0] < 1.0);
}

TEST_CASE("random-search keeps its point where all candidates fail", "[rules]") {
  RunSettings settings;
  bool fails = false;
  settings.batch_objective = [&fails](std::span<const double> x, std::span<double> f) {
    for (std::size_t i = 0; i < f.size(); ++i)
      f[i] = fails ? std::numeric_limits<double>::quiet_NaN() : x[i] * x[i];
    fails = true;
  };
  settings.start = {0.5};
  settings.iteration_budget = 3;
  const Points iterates = solve("random_search", "random-search", {{"q", 3.0}}, settings).iterates;
  REQUIRE(iterates.size() == 3);
  CHECK(iterates[1] == iterates[0]);
  CHECK(iterates[2] == iterates[0]);
}

TEST_CASE("random-search draws uniformly between two bounds and about the start elsewhere",
          "[rules]") {
  RunSettings settings;
  settings.objective = quadratic;
  settings.start = {5.0, 5.0};
  settings.lower = {4.0, -std::numeric_limits<double>::infinity()};
  settings.upper = {8.0, std::numeric_limits<double>::infinity()};
  settings.iteration_budget = 1;
  const int n = 100'000;
  const Trace trace =
      solve("random_search", "random-search", {{"q", double{n}}, {"scale", 3.0}}, settings);
  double mean[2] = {}, square[2] = {};
  for (int i = 1; i <= n; ++i) {
    for (int j = 0; j < 2; ++j) {
      mean[j] += trace.batches[0].x[2 * i + j] / n;
      square[j] += trace.batches[0].x[2 * i + j] * trace.batches[0].x[2 * i + j] / n;
    }
  }
  // Within four standard errors of the uniform on [4, 8] and of N(5, 9).
  CHECK(std::fabs(mean[0] - 6.0) < 4 * std::sqrt(16.0 / 12 / n));
  CHECK(std::fabs(square[0] - mean[0] * mean[0] - 16.0 / 12) < 4 * 16 * std::sqrt(1.0 / 180 / n));
  CHECK(std::fabs(mean[1] - 5.0) < 4 * std::sqrt(9.0 / n));
  CHECK(std::fabs(square[1] - mean[1] * mean[1] - 9.0) < 4 * 9 * std::sqrt(2.0 / n));
}

namespace {

constexpr std::size_t n = 4, pairs = 3;
constexpr double sigma = 0.2, alpha = 0.3, beta = 2.0, delta = 1.5;
const Overrides guided{
    {"delta", delta}, {"pairs", double{pairs}}, {"sigma", sigma}, {"alpha", alpha}, {"beta", beta}};

RunSettings guided_run(std::uint64_t iterations) {
  RunSettings settings;
  settings.objective = quadratic;
  settings.start = {1.0, 2.0, -1.0, 0.5};
  settings.iteration_budget = iterations;
  for (std::size_t i = 0; i < iterations * pairs * n; ++i) {
    settings.directions.push_back(std::sin(static_cast<double>(7 * i + 1)));
  }
  return settings;
}

// beta / (2 sigma^2 P) sum of half the difference of each pair times the difference of its values,
// over the P pairs that did not fail.
std::vector<double> estimate(const Trace::Batch& batch) {
  std::vector<double> g(n);
  std::size_t good = pairs;
  for (std::size_t i = 0; i < pairs; ++i) good -= std::isnan(batch.f[2 * i] + batch.f[2 * i + 1]);
  for (std::size_t i = 0; i < pairs; ++i) {
    if (std::isnan(batch.f[2 * i] + batch.f[2 * i + 1])) continue;
    for (std::size_t j = 0; j < n; ++j) {
      const double epsilon = (batch.x[2 * i * n + j] - batch.x[(2 * i + 1) * n + j]) / 2;
      g[j] += beta / (2 * sigma * sigma * static_cast<double>(good)) * epsilon *
              (batch.f[2 * i] - batch.f[2 * i + 1]);
    }
  }
  return g;
}

}  // namespace

TEST_CASE("guided-es starts with isotropic antithetic pairs", "[rules]") {
  const RunSettings settings = guided_run(1);
  const Trace trace = solve("guided_es", "guided-es", guided, settings);
  REQUIRE(trace.batches[0].f.size() == 2 * pairs);
  for (std::size_t i = 0; i < pairs * n; ++i) {
    const double epsilon = sigma * std::sqrt(1.0 / n) * settings.directions[i];
    const std::size_t row = 2 * (i / n);
    CHECK(trace.batches[0].x[row * n + i % n] ==
          Approx(settings.start[i % n] + epsilon).epsilon(1e-14));
    CHECK(trace.batches[0].x[(row + 1) * n + i % n] ==
          Approx(settings.start[i % n] - epsilon).epsilon(1e-14));
  }
}

namespace {

// The same run where bounds cut its pairs and stop its iterates.
RunSettings in_a_box(RunSettings settings) {
  settings.lower = {0.9, -9, -1.0, 0.49};
  settings.upper = {1.0, 9, 9, 0.55};
  return settings;
}

// The same run where one point of the second pair of every batch fails.
RunSettings with_failures(RunSettings settings) {
  settings.batch_objective = [](std::span<const double> x, std::span<double> f) {
    for (std::size_t i = 0; i < f.size(); ++i) f[i] = quadratic(x.subspan(i * n, n));
    if (f.size() > 1) f[3] = std::numeric_limits<double>::quiet_NaN();
  };
  return settings;
}

std::vector<double> in_bounds(const RunSettings& settings, std::vector<double> x) {
  for (std::size_t j = 0; j < settings.lower.size(); ++j)
    x[j] = std::clamp(x[j], settings.lower[j], settings.upper[j]);
  return x;
}

}  // namespace

TEST_CASE("guided-es steps along its estimate, also where the bounds cut its pairs or one fails",
          "[rules]") {
  const RunSettings plain = guided_run(4);
  for (const RunSettings& settings : {plain, in_a_box(plain), with_failures(plain)}) {
    CAPTURE(settings.lower.size(), settings.batch_objective != nullptr);
    const Trace trace = solve("guided_es", "guided-es", guided, settings);
    std::vector<double> theta = settings.start;
    for (std::size_t t = 0; t < 4; ++t) {
      const std::vector<double> g = estimate(trace.batches[t]);
      for (std::size_t j = 0; j < n; ++j) theta[j] -= delta / n * g[j];
      theta = in_bounds(settings, theta);
      for (std::size_t j = 0; j < n; ++j)
        CHECK(trace.iterates[t][j] == Approx(theta[j]).epsilon(1e-12));
    }
  }
}

// The update is parallel to the estimate, so that k = 1, unless a bound bends it.  w comes from
// stream 1 of the run's seed.
TEST_CASE("guided-es then spends 1 - alpha of its variance along its last estimate and update",
          "[rules]") {
  const RunSettings plain = guided_run(2);
  for (const RunSettings& settings : {plain, in_a_box(plain), with_failures(plain)}) {
    CAPTURE(settings.lower.size(), settings.batch_objective != nullptr);
    const Trace trace = solve("guided_es", "guided-es", guided, settings);
    const std::vector<double>& theta = trace.iterates[0];
    std::vector<double> update(n);
    for (std::size_t j = 0; j < n; ++j) update[j] = theta[j] - settings.start[j];
    zeroth::Subspace subspace;
    subspace.span_of({estimate(trace.batches[0]), update});
    const std::size_t k = subspace.dimension();
    REQUIRE(k == (settings.lower.empty() ? 1 : 2));
    zeroth::Random w(settings.seed, 1);
    for (std::size_t i = 0; i < pairs; ++i) {
      std::vector<double> plus(theta), minus(theta);
      const auto add = [&](double length, const double* along) {
        for (std::size_t j = 0; j < n; ++j) plus[j] += length * along[j];
        for (std::size_t j = 0; j < n; ++j) minus[j] -= length * along[j];
      };
      add(sigma * std::sqrt(alpha / n), &settings.directions[(pairs + i) * n]);
      for (std::size_t column = 0; column < k; ++column) {
        add(sigma * std::sqrt((1 - alpha) / static_cast<double>(k)) * w.normal(),
            subspace.basis(column).data());
      }
      plus = in_bounds(settings, plus);
      minus = in_bounds(settings, minus);
      for (std::size_t j = 0; j < n; ++j) {
        CHECK(trace.batches[1].x[2 * i * n + j] == Approx(plus[j]).epsilon(1e-12));
        CHECK(trace.batches[1].x[(2 * i + 1) * n + j] == Approx(minus[j]).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("the guiding subspace leaves out zero, dependent and infinite vectors", "[rules]") {
  const double inf = std::numeric_limits<double>::infinity();
  zeroth::Subspace subspace;
  const auto dimension = [&](const std::vector<double>& a, const std::vector<double>& b) {
    subspace.span_of({a, b});
    for (std::size_t i = 0; i < subspace.dimension(); ++i) {
      for (std::size_t j = 0; j < subspace.dimension(); ++j) {
        const auto u = subspace.basis(i), v = subspace.basis(j);
        CHECK(std::inner_product(u.begin(), u.end(), v.begin(), 0.0) ==
              Approx(i == j ? 1.0 : 0.0).margin(1e-15));
      }
    }
    return subspace.dimension();
  };
  CHECK(dimension({0, 0, 0}, {0, 0, 0}) == 0);
  CHECK(dimension({0, 0, 0}, {1, 2, 3}) == 1);
  CHECK(dimension({1, 2, 3}, {0, 0, 0}) == 1);
  CHECK(dimension({1, 2, 3}, {-0.1, -0.2, -0.3}) == 1);
  CHECK(dimension({1, 2, 3}, {1, 2, 3.00001}) == 2);
  CHECK(dimension({1e-200, 2e-200, 0}, {1e200, 0, 1e200}) == 2);
  CHECK(dimension({inf, 1, 1}, {1, 1, std::nan("")}) == 0);
}
