#include "binary_classification/binary_classification.hpp"

#include <zeroth/random.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <vector>

#include "sdk/random_bits.hpp"
#include "support/catch.hpp"
#include "support/problem_suite.hpp"

using namespace zeroth::classification;
using zeroth::Split;
using zeroth::test::start_of;
using zeroth::test::value_at;

namespace {

double naive_loss(const DataSet& data, const std::vector<double>& theta,
                  const std::vector<Eigen::Index>& samples) {
  double sum = 0;
  for (const Eigen::Index i : samples) {
    double score = 0;
    for (std::size_t j = 0; j < theta.size(); ++j) score += theta[j] * data.x(i, j);
    const double error = data.y(i) - 1 / (1 + std::exp(-score));
    sum += error * error;
  }
  return sum / static_cast<double>(samples.size());
}

std::vector<Eigen::Index> all_samples(const DataSet& data) {
  std::vector<Eigen::Index> all(data.y.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Eigen::Index>(i);
  return all;
}

}  // namespace

TEST_CASE("the full loss is the mean over all samples", "[classification]") {
  const Options options;
  const Classification problem(options, Split::test, 0);
  const auto theta = start_of(problem, 5);
  CHECK(value_at(problem, theta) ==
        Approx(naive_loss(problem.data(), theta, all_samples(problem.data()))).epsilon(1e-12));
}

TEST_CASE("the loss of a minibatch is the mean over the samples drawn from its key",
          "[classification]") {
  const Options options;
  const Classification problem(options, Split::test, 0);
  const auto theta = start_of(problem, 5);
  const auto drawn = draw_minibatch(99, options.batch, options.samples);
  CHECK(value_at(problem, theta, 99) ==
        Approx(naive_loss(problem.data(), theta, drawn)).epsilon(1e-12));
}

TEST_CASE("a batch of points gives the losses of its points", "[classification]") {
  const Classification problem({}, Split::train, 3);
  const std::size_t n = 130, d = problem.dimension();
  std::vector<double> theta(n * d), f(n);
  zeroth::Random(1).normals(theta);
  for (const std::uint64_t key : {std::uint64_t{0}, std::uint64_t{7}}) {
    problem.evaluate(key, theta, f);
    for (std::size_t i = 0; i < n; ++i) {
      CHECK(f[i] == Approx(value_at(problem, {theta.data() + i * d, d}, key)).epsilon(1e-12));
    }
  }
}

TEST_CASE("a minibatch holds different samples and is a function of its key", "[classification]") {
  for (const std::size_t size : {std::size_t{1}, std::size_t{64}, std::size_t{100}}) {
    const auto drawn = draw_minibatch(42, size, 100);
    const std::set<Eigen::Index> different(drawn.begin(), drawn.end());
    CHECK(different.size() == size);
    CHECK(*different.begin() >= 0);
    CHECK(*different.rbegin() < 100);
    CHECK(drawn == draw_minibatch(42, size, 100));
  }
  CHECK(draw_minibatch(42, 64, 2000) != draw_minibatch(43, 64, 2000));
}

TEST_CASE("every sample is drawn equally often", "[classification]") {
  constexpr std::size_t keys = 20'000, size = 3, n = 10;
  std::vector<int> count(n, 0);
  for (std::uint64_t key = 1; key <= keys; ++key) {
    for (const Eigen::Index i : draw_minibatch(key, size, n)) ++count[i];
  }
  const double p = double(size) / n, deviation = std::sqrt(keys * p * (1 - p));
  for (const int c : count) CHECK(std::abs(c - keys * p) < 5 * deviation);
}

TEST_CASE("a data set is a function of its split and number", "[classification]") {
  const DataSet one = generate(Split::test, 4, 50, 10);
  const DataSet again = generate(Split::test, 4, 50, 10);
  CHECK(one.x == again.x);
  CHECK(one.y == again.y);
  CHECK(one.x != generate(Split::train, 4, 50, 10).x);
  CHECK(one.x != generate(Split::test, 5, 50, 10).x);
  CHECK(generate(Split::train, 1, 50, 10).x != generate(Split::test, 0, 50, 10).x);
}

// "binary-c" is the seed of all data sets, and theirs is a stream of its own.
TEST_CASE("the labels say on which side of the plane of theta* a sample is", "[classification]") {
  const std::size_t samples = 200, d = 100;
  for (const auto& [split, index, stream] :
       {std::tuple{Split::train, 3, 6}, std::tuple{Split::test, 3, 7}}) {
    const DataSet data = generate(split, index, samples, d);
    zeroth::Random random(0x62696e6172792d63, stream);
    std::vector<double> theta_star(d), x(samples * d);
    random.normals(theta_star);
    random.normals(x);
    for (std::size_t i = 0; i < samples; ++i) {
      double score = 0;
      for (std::size_t j = 0; j < d; ++j) score += theta_star[j] * x[i * d + j];
      CAPTURE(i, score);
      CHECK(data.y(i) == (score > 0 ? 1.0 : 0.0));
    }
    CHECK(std::equal(x.begin(), x.end(), data.x.data()));
  }
}

TEST_CASE("the data sets keep their bits", "[classification]") {
  // Ours: a change means that every stored result of every user changes too.
  const DataSet data = generate(Split::test, 0, 2000, 100);
  zeroth::test::Fingerprint print;
  for (Eigen::Index i = 0; i < data.x.size(); ++i) print.add(data.x.data()[i]);
  for (Eigen::Index i = 0; i < data.y.size(); ++i) print.add(data.y(i));
  CHECK(print.value() == 0xe67c683fdb8dc578u);
}

TEST_CASE("the labels separate into two classes of about one size", "[classification]") {
  const DataSet data = generate(Split::train, 0, 2000, 100);
  CHECK(((data.y.array() == 0) || (data.y.array() == 1)).all());
  CHECK(std::abs(data.y.mean() - 0.5) < 5 * 0.5 / std::sqrt(2000.0));
}

// f is smooth with third derivatives of order 0.1: with h = 1e-5, truncation is 1e-11 and rounding
// 1e-16 / 1e-5 = 1e-11, against gradients of order 1e-2.
TEST_CASE("the gradient agrees with central differences", "[classification]") {
  const Classification problem({}, Split::test, 1);
  const std::size_t d = problem.dimension();
  const double h = 1e-5;
  const auto theta = start_of(problem, 3);
  for (const std::uint64_t key : {std::uint64_t{0}, std::uint64_t{17}}) {
    std::vector<double> g(d), points(2 * d * d), f(2 * d);
    problem.gradient(key, theta, g);
    for (std::size_t k = 0; k < 2 * d; ++k) {
      std::copy(theta.begin(), theta.end(), points.begin() + k * d);
      points[k * d + k / 2] += k % 2 == 0 ? h : -h;
    }
    problem.evaluate(key, points, f);
    double error = 0, norm = 0;
    for (std::size_t j = 0; j < d; ++j) {
      error = std::hypot(error, (f[2 * j] - f[2 * j + 1]) / (2 * h) - g[j]);
      norm = std::hypot(norm, g[j]);
    }
    CHECK(error < 1e-7 * norm);
  }
}

TEST_CASE("far away the loss stays a number: the share of samples on the wrong side",
          "[classification]") {
  const Classification problem({}, Split::test, 0);
  auto theta = start_of(problem, 1);
  for (double& value : theta) value *= 1e200;
  double accuracy = 0;
  problem.measure(theta, {&accuracy, 1});
  CHECK(value_at(problem, theta) == Approx(1 - accuracy));
  std::vector<double> g(theta.size());
  problem.gradient(ZEROTH_FULL_DATA, theta, g);
  for (const double value : g) CHECK(std::isfinite(value));
}

TEST_CASE("the separating plane has accuracy 1", "[classification]") {
  const Classification problem({.dimension = 1}, Split::test, 0);
  double accuracy[2];
  const double theta[] = {1, -1};
  problem.measure({theta, 1}, {accuracy, 1});
  problem.measure({theta + 1, 1}, {accuracy + 1, 1});
  CHECK(std::max(accuracy[0], accuracy[1]) == 1.0);
  CHECK(std::min(accuracy[0], accuracy[1]) == 0.0);
}

TEST_CASE("the initial point is a function of the seed, scaled", "[classification]") {
  const Classification problem({}, Split::test, 0), wide({.initial_scale = 3}, Split::test, 0);
  CHECK(start_of(problem, 1) == start_of(problem, 1));
  CHECK(start_of(problem, 1) != start_of(problem, 2));
  CHECK(start_of(wide, 1)[0] == 3 * start_of(problem, 1)[0]);
}

TEST_CASE("a minibatch larger than the data set is refused", "[classification]") {
  CHECK_THROWS_WITH(zeroth::test::suite_of<BinaryClassification>({{"samples", 50.0}}),
                    ContainsSubstring("batch = 64") && ContainsSubstring("50 samples") &&
                        ContainsSubstring("set batch"));
}

TEST_CASE("the built plugin answers as the class does", "[classification]") {
  const auto library = zeroth::test::PluginLibrary::built("binary_classification");
  const zeroth_problem& problem = library.problem("binary-classification");
  CHECK((problem.capabilities & ZEROTH_STOCHASTIC) != 0);
  const auto suite = zeroth::test::make(problem, {{"dimension", 10.0}});
  CHECK(problem.instance_count(suite.get(), ZEROTH_TRAIN) == 90);
  CHECK(problem.instance_count(suite.get(), ZEROTH_TEST) == 10);
  const zeroth::test::OpenProblem open(problem, suite.get(), ZEROTH_TEST, 2);
  const Classification same({.dimension = 10}, Split::test, 2);
  const auto theta = start_of(same, 8);
  double f = 0;
  REQUIRE(open->evaluate(&*open, 5, 1, theta.data(), &f, nullptr) == ZEROTH_OK);
  CHECK(f == value_at(same, theta, 5));
  CHECK(open->extension(&*open, ZEROTH_GRADIENT_1) != nullptr);
  CHECK(open->extension(&*open, ZEROTH_METRICS_1) != nullptr);
}
