// Ten iterations of the official ZO-LSTM code on MNIST test image 8022, with its query directions.
#include <zeroth/file.hpp>
#include <zeroth/safetensors.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/fake_run.hpp"
#include "support/plugin_library.hpp"

using namespace zeroth::test;

namespace {

constexpr std::size_t iterations = 10, q = 20, dimension = 784;
constexpr double mu = 1e-6;

// What rounding costs.  f is about 7 and its rounding about 1e-14, so a coefficient
// c = (f(theta + mu u) - f(theta)) / mu is off by 1e-8 and an estimate, the mean of 20 c u, by
// about as much; delta / d = 0.005 or 0.01 of that enters theta: below 1e-9 after one iteration.
// From then on a kink of f (clamp, absolute value, ReLU, pooling) between theta and theta + mu u
// turns a difference e of theta into one of 0.1 e / mu in c, so that 1e-9 grows to 1e-7 when one is
// hit; 1e-6 allows for several.  No such thing for the signs: every coordinate of every estimate is
// far above 1e-8, which the test checks, so the signs are equal and theta differs by the rounding
// of ten subtractions.  The LSTMs feed the estimate back through weights of up to 10 or more: noise
// of one unit in the last place of f moves their theta by up to 3e-6 and the deviations by 2e-5 in
// ten iterations.
struct Official {
  std::string name;  // in the file
  std::string library, id;
  Overrides parameters;
  double theta_after_one, theta, loss;  // tolerances, absolute
};

// Largest difference of two lists of one length.
double distance(std::span<const double> a, std::span<const double> b) {
  REQUIRE(a.size() == b.size());
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::fabs(a[i] - b[i]));
  return largest;
}

std::vector<double> joined(const std::vector<std::vector<double>>& rows) {
  std::vector<double> all;
  for (const std::vector<double>& row : rows) all.insert(all.end(), row.begin(), row.end());
  return all;
}

// Smallest |g_j| of all iterations, from what was asked and answered.
double smallest_estimate(const Trace& trace, std::span<const double> directions) {
  double smallest = std::numeric_limits<double>::infinity();
  for (std::size_t t = 0; t < iterations; ++t) {
    const std::vector<double>& f = trace.batches[t].f;
    for (std::size_t j = 0; j < dimension; ++j) {
      double g = 0.0;
      for (std::size_t i = 0; i < q; ++i)
        g += (f[i + 1] - f[0]) / mu * directions[(t * q + i) * dimension + j] / q;
      smallest = std::min(smallest, std::fabs(g));
    }
  }
  return smallest;
}

// The file has them with the sign of 1 + o, which does not matter to a symmetric distribution.
void check_deviations(const Trace& trace, const zeroth::Safetensors& official,
                      const std::string& name) {
  const std::vector<double> ours = joined(trace.internals.at("deviation"));
  std::vector<double> theirs = official.values(name + ".std", {iterations, dimension});
  for (double& s : theirs) s = std::fabs(s);
  const auto until = [&](std::size_t t) {
    return distance(std::span(ours).first(t * dimension), std::span(theirs).first(t * dimension));
  };
  INFO(until(1) << " " << until(2) << " " << until(iterations));
  CHECK(until(1) < 1e-13);
  CHECK(until(2) < 1e-8);
  CHECK(until(iterations) < 1e-4);
}

}  // namespace

TEST_CASE("with the official directions every optimizer repeats the official theta and loss",
          "[trace]") {
  ZEROTH_DATA_OR_SKIP(data);
  const std::string file = (data / "mnist-attack" / "trace.safetensors").string();
  const zeroth::Safetensors official(zeroth::read_file(file, "the official trace", "data"), file);
  const std::vector<double> directions = official.values("directions", {iterations, q, dimension});

  const PluginLibrary attacks = PluginLibrary::built("adversarial_attack");
  const zeroth_problem& problem = attacks.problem("adversarial-attack");
  const auto suite = make(problem, {{"data", data.string()}});
  const OpenProblem attack(problem, suite.get(), ZEROTH_TEST, 0);
  REQUIRE(attack->dimension == dimension);
  REQUIRE_THAT(attack->label, ContainsSubstring("8022"));

  const auto published = [&](const char* name) {
    return (data / "mnist-attack" / name).string() + "-published-fork.safetensors";
  };
  const Official each[] = {
      {"zo-sgd", "zo_sgd", "zo-sgd", {{"delta", 4.0}}, 1e-9, 1e-6, 1e-6},
      {"zo-signsgd", "zo_signsgd", "zo-signsgd", {{"delta", 8.0}}, 1e-15, 1e-15, 1e-12},
      {"zo-adam",
       "zo_adam",
       "zo-adam",
       {{"delta", 8.0}, {"beta1", 0.9}, {"beta2", 0.996}},
       1e-9,
       1e-6,
       1e-6},
      {"update-rnn",
       "zo_lstm",
       "zo-lstm",
       {{"weights", published("update-rnn")}, {"variant", "no-query"}},
       1e-8,
       1e-5,
       1e-5},
      {"zo-lstm-guided",
       "zo_lstm",
       "zo-lstm",
       {{"weights", published("zo-lstm")}, {"guidance", 1.0}},
       1e-8,
       1e-5,
       1e-5},
      {"zo-lstm-unguided",
       "zo_lstm",
       "zo-lstm",
       {{"weights", published("zo-lstm")}, {"guidance", 0.0}},
       1e-8,
       1e-5,
       1e-5}};
  for (Official run : each) {
    DYNAMIC_SECTION(run.name) {
      run.parameters.merge(Overrides{{"q", static_cast<double>(q)}, {"mu", mu}});
      const PluginLibrary library = PluginLibrary::built(run.library);
      const zeroth_optimizer& optimizer = library.optimizer(run.id);
      const auto instance = make(optimizer, run.parameters);

      RunSettings settings;
      settings.start.resize(dimension);
      REQUIRE(attack->initial_point(&*attack, 1, settings.start.data()) == ZEROTH_OK);
      settings.batch_objective = [&attack](std::span<const double> x, std::span<double> f) {
        CHECK(attack->evaluate(&*attack, ZEROTH_FULL_DATA, f.size(), x.data(), f.data(), nullptr) ==
              ZEROTH_OK);
      };
      settings.iteration_budget = iterations;
      settings.directions = directions;
      FakeRun fake(settings);
      REQUIRE(optimizer.solve(instance.get(), fake.abi()) == ZEROTH_OK);
      REQUIRE(fake.trace().iterates.size() == iterations);

      const std::vector<double> theta = joined(fake.trace().iterates);
      std::vector<double> loss;
      for (const auto& batch : fake.trace().batches) loss.push_back(batch.f.front());
      loss.push_back(fake.final_loss());
      const std::vector<double> official_theta =
          official.values(run.name + ".theta", {iterations, dimension});
      const std::vector<double> official_loss =
          official.values(run.name + ".loss", {iterations + 1});
      const double theta_off_after_one =
          distance(fake.trace().iterates.front(), std::span(official_theta).first(dimension));
      const double theta_off = distance(theta, official_theta),
                   loss_off = distance(loss, official_loss);
      INFO(theta_off_after_one << " " << theta_off << " " << loss_off);
      CHECK(loss.front() == Approx(official_loss.front()).epsilon(1e-13));
      CHECK(theta_off_after_one < run.theta_after_one);
      CHECK(theta_off < run.theta);
      CHECK(loss_off < run.loss);
      if (official.contains(run.name + ".std")) check_deviations(fake.trace(), official, run.name);
      if (run.id == "zo-signsgd") CHECK(smallest_estimate(fake.trace(), directions) > 1e-5);
    }
  }
}
