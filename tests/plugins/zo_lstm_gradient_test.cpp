// The meta-gradients of ZO-LSTM against central differences of an objective that is computed here,
// in plain loops, with directions, coefficients and inputs of the QueryRNN held fixed.
#include <zeroth/abi.h>
#include <zeroth/file.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/fake_run.hpp"
#include "support/plugin_library.hpp"
#include "support/zo_lstm_weights.hpp"

using namespace zeroth::test;

namespace {

using Vector = std::vector<double>;
constexpr std::size_t hidden = 10, steps = 4, windows = 2;
constexpr double mu = 1e-6, lambda = 0.005;

struct Case {
  bool learns_query = false, paper = false;
  double alpha = 1.0;
  std::size_t q = 3;
};

struct Cell {
  std::array<double, hidden> h{}, c{};
};

double sigmoid(double a) { return 1.0 / (1.0 + std::exp(-a)); }

// One coordinate, one step, from the definition.  w: W_ih (40 x inputs), W_hh (40 x 10), output.
double advance(const Vector& w, const std::vector<double>& x, Cell& cell) {
  const double* recurrent = w.data() + 40 * x.size();
  const double* output = recurrent + 400;
  std::array<double, 40> a{};
  for (std::size_t k = 0; k < 40; ++k) {
    for (std::size_t i = 0; i < x.size(); ++i) a[k] += w[k * x.size() + i] * x[i];
    for (std::size_t i = 0; i < hidden; ++i) a[k] += recurrent[k * hidden + i] * cell.h[i];
  }
  double y = 0;
  for (std::size_t k = 0; k < hidden; ++k) {
    cell.c[k] = sigmoid(a[10 + k]) * cell.c[k] + sigmoid(a[k]) * std::tanh(a[20 + k]);
    cell.h[k] = sigmoid(a[30 + k]) * std::tanh(cell.c[k]);
    y += output[k] * cell.h[k];
  }
  return y;
}

// What is held fixed, by iteration: normals, coefficients, and the last estimate and update.
struct Fixed {
  std::vector<Vector> z, coefficients, last_estimate, last_y;
};

struct Networks {
  Vector update, query;
};

struct State {
  Vector theta;
  std::vector<Cell> update, query;
};

class Replay {
 public:
  Replay(const RunSettings& settings, const Case& each) : settings_(settings), case_(each) {}

  // The objective of iterations begin ... begin + steps - 1 from the state, which it advances. With
  // record, notes the estimates and updates in fixed.
  double window(const Networks& networks, Fixed& fixed, State& state, std::size_t begin,
                bool record) const {
    const std::size_t d = settings_.start.size();
    double sum = 0;
    for (std::size_t t = begin; t < begin + steps; ++t) {
      Vector o(d, 0.0), n(d, 1.0), s(d, 1.0);
      if (case_.learns_query) {
        double squares = 0;
        for (std::size_t j = 0; j < d; ++j) {
          o[j] = advance(networks.query, {fixed.last_estimate[t][j], fixed.last_y[t][j]},
                         state.query[j]);
          squares += (1 + o[j]) * (1 + o[j]);
        }
        for (std::size_t j = 0; j < d; ++j) {
          n[j] = std::sqrt(static_cast<double>(d) / squares) * std::fabs(1 + o[j]);
          s[j] = case_.paper ? std::sqrt(n[j]) : n[j];
          sum += lambda * (case_.paper ? (n[j] - 1) * (n[j] - 1) : o[j] * o[j]);
        }
      }
      Vector estimate(d, 0.0), y(d);
      const Vector& coefficients = fixed.coefficients[t];  // NaN: left out of the mean
      const auto good = static_cast<double>(
          std::count_if(coefficients.begin(), coefficients.end(), [](double c) { return c == c; }));
      for (std::size_t i = 0; i < case_.q; ++i) {
        if (std::isnan(coefficients[i])) continue;
        for (std::size_t j = 0; j < d; ++j) {
          double u = s[j] * fixed.z[t][i * d + j];
          const double x = state.theta[j] + mu * u, inside = clamped(j, x);
          if (inside != x) u = (inside - state.theta[j]) / mu;
          estimate[j] += coefficients[i] * u / good;
        }
      }
      for (std::size_t j = 0; j < d; ++j) {
        y[j] = advance(networks.update,
                       {case_.learns_query || record ? estimate[j] : fixed.last_estimate[t + 1][j]},
                       state.update[j]);
        state.theta[j] = clamped(j, state.theta[j] + case_.alpha * y[j]);
      }
      if (record) {
        fixed.last_estimate[t + 1] = estimate;
        fixed.last_y[t + 1] = y;
      }
      double f = 0;
      if (settings_.batch_objective) {
        settings_.batch_objective(state.theta, {&f, 1});
      } else {
        f = settings_.objective(state.theta);
      }
      sum += static_cast<double>(case_.paper ? t + 1 : t) * f;
    }
    return sum;
  }

 private:
  double clamped(std::size_t j, double x) const {
    return settings_.lower.empty() ? x : std::clamp(x, settings_.lower[j], settings_.upper[j]);
  }
  const RunSettings& settings_;
  const Case& case_;
};

Networks read(const std::filesystem::path& path) {
  const zeroth::Safetensors file(zeroth::read_file(path, "", ""), "weights");
  const auto join = [&](const std::string& rnn, const std::string& output, std::size_t inputs) {
    Vector all = file.values(rnn + ".weight_ih_l0", {40, inputs});
    for (const auto& [name, shape] :
         {std::pair{rnn + ".weight_hh_l0", std::vector<std::size_t>{40, 10}},
          std::pair{output + ".weight", std::vector<std::size_t>{1, 10}}}) {
      const Vector more = file.values(name, shape);
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  };
  return {join("update_rnn", "outputer", 1), join("query_u_rnn", "query_u_outputer", 2)};
}

// A trainer of the plugin, and one of its episodes.
class Training {
 public:
  Training(const Overrides& optimizer, const Overrides& training) {
    REQUIRE(trainable_ != nullptr);
    const ValueTable<zeroth_optimizer> values(optimizer_, optimizer);
    const ValueTable<zeroth_trainable_1> of_training(*trainable_, training);
    REQUIRE(trainable_->create(trainable_, values.data(), of_training.data(), 1, &trainer_,
                               nullptr) == ZEROTH_OK);
  }
  ~Training() {
    if (episode_ != nullptr) trainable_->end(episode_);
    trainable_->destroy(trainer_);
  }
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  Vector weights() const {
    Vector result(trainable_->weight_count(trainer_));
    trainable_->get(trainer_, result.data());
    return result;
  }
  // The run must outlive this.
  void begin(const FakeRun& run) {
    REQUIRE(trainable_->begin(trainer_, run.abi(), &episode_, nullptr) == ZEROTH_OK);
  }
  zeroth_status window(double& objective, Vector& gradient) {
    gradient.resize(trainable_->weight_count(trainer_));
    return trainable_->window(episode_, steps, &objective, gradient.data(), nullptr);
  }

 private:
  const PluginLibrary library_ = PluginLibrary::built("zo_lstm");
  const zeroth_optimizer& optimizer_ = library_.optimizer("zo-lstm");
  const zeroth_trainable_1* trainable_ =
      static_cast<const zeroth_trainable_1*>(optimizer_.extension(&optimizer_, ZEROTH_TRAINABLE_1));
  void* trainer_ = nullptr;
  void* episode_ = nullptr;
};

// Largest difference between our gradient and the central difference, relative to the largest
// entry.
double disagreement(RunSettings settings, const Case& each, double scale, double h,
                    std::size_t every = 1) {
  const TemporaryFolder folder;
  const std::filesystem::path file = untrained_weights(folder, scale);
  const std::size_t d = settings.start.size(), all_steps = steps * windows;
  zeroth::Random random(7);
  settings.directions.resize(all_steps * each.q * d);
  random.normals(settings.directions);
  FakeRun run(settings);
  Training training(
      {{"weights", file.string()},
       {"q", static_cast<double>(each.q)},
       {"alpha", each.alpha},
       {"reading", each.paper ? "paper" : "code"}},
      {{"phase", each.learns_query ? "query" : "update"}, {"regularization", lambda}});
  training.begin(run);
  Networks networks = read(file);
  Vector& learned = each.learns_query ? networks.query : networks.update;
  REQUIRE(training.weights() == learned);
  std::vector<Vector> gradients(windows);
  std::vector<double> objectives(windows);
  for (std::size_t w = 0; w < windows; ++w)
    REQUIRE(training.window(objectives[w], gradients[w]) == ZEROTH_OK);

  Fixed fixed;
  fixed.last_estimate.assign(all_steps + 1, Vector(d, 0.0));
  fixed.last_y = fixed.last_estimate;
  for (const Trace::Batch& batch : run.trace().batches) {
    if (batch.f.size() == 1) continue;  // the last value of a window
    Vector c;
    for (std::size_t i = 0; i < each.q; ++i) c.push_back((batch.f[i + 1] - batch.f[0]) / mu);
    const auto z =
        settings.directions.begin() + static_cast<std::ptrdiff_t>(fixed.z.size() * each.q * d);
    fixed.z.emplace_back(z, z + static_cast<std::ptrdiff_t>(each.q * d));
    fixed.coefficients.push_back(c);
  }
  REQUIRE(fixed.z.size() == all_steps);

  const Replay replay(settings, each);
  State state{settings.start, std::vector<Cell>(d), std::vector<Cell>(d)};
  double worst = 0;
  for (std::size_t w = 0; w < windows; ++w) {
    const State before = state;
    const double objective = replay.window(networks, fixed, state, w * steps, true);
    CHECK(objective == Approx(objectives[w]).epsilon(1e-9));
    const Vector& ours = run.trace().iterates[(w + 1) * steps - 1];
    for (std::size_t j = 0; j < d; ++j) REQUIRE(std::fabs(ours[j] - state.theta[j]) < 1e-9);
    double largest = 0;
    for (const double g : gradients[w]) largest = std::max(largest, std::fabs(g));
    REQUIRE(largest > 0);
    for (std::size_t k = 0; k < learned.size(); k += every) {
      const double kept = learned[k];
      const auto at = [&](double value) {
        learned[k] = value;
        State copy = before;
        return replay.window(networks, fixed, copy, w * steps, false);
      };
      // Fourth order.
      const double difference =
          (8 * (at(kept + h) - at(kept - h)) - (at(kept + 2 * h) - at(kept - 2 * h))) / (12 * h);
      learned[k] = kept;
      worst = std::max(worst, std::fabs(difference - gradients[w][k]) / largest);
    }
  }
  return worst;
}

// A smooth function with curvature and interaction, and its gradient.
RunSettings smooth(std::size_t d) {
  RunSettings settings;
  settings.objective = [](std::span<const double> x) {
    double sum = 0, all = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
      sum += std::cosh(0.3 * x[j] - 0.1 * static_cast<double>(j));
      all += x[j];
    }
    return sum + 0.05 * all * all;
  };
  settings.gradient = [](std::span<const double> x, std::span<double> g) {
    double all = 0;
    for (const double v : x) all += v;
    for (std::size_t j = 0; j < x.size(); ++j) {
      g[j] = 0.3 * std::sinh(0.3 * x[j] - 0.1 * static_cast<double>(j)) + 0.1 * all;
    }
    return true;
  };
  for (std::size_t j = 0; j < d; ++j) settings.start.push_back(1.0 - 0.4 * static_cast<double>(j));
  return settings;
}

}  // namespace

TEST_CASE("the meta-gradients of both phases agree with central differences", "[training]") {
  const auto learns_query = GENERATE(false, true);
  const auto paper = GENERATE(false, true);
  CAPTURE(learns_query, paper);
  CHECK(disagreement(smooth(6), {learns_query, paper, 0.7, 3}, 0.6, 1e-3) < 1e-7);
}

TEST_CASE("the meta-gradients leave out a point that failed", "[training]") {
  const auto learns_query = GENERATE(false, true);
  CAPTURE(learns_query);
  RunSettings settings = smooth(6);
  settings.batch_objective = [f0 = settings.objective](std::span<const double> x,
                                                       std::span<double> f) {
    for (std::size_t i = 0; i < f.size(); ++i) f[i] = f0(x.subspan(6 * i, 6));
    if (f.size() > 1) f[2] = std::nan("");  // of q + 1
  };
  CHECK(disagreement(settings, {learns_query, false, 0.7, 3}, 0.6, 1e-3) < 1e-7);
}

TEST_CASE("the meta-gradients hold at bounds", "[training]") {
  const auto learns_query = GENERATE(false, true);
  CAPTURE(learns_query);
  RunSettings settings = smooth(6);
  settings.lower = {0.9, -9, 0.1, -9, -9, -9};
  settings.upper = {9, 9, 0.25, 9, 9, -0.95};
  CHECK(disagreement(settings, {learns_query, false, 3.0, 3}, 0.6, 1e-3) < 1e-7);
}

TEST_CASE("the meta-gradients agree on a real attack", "[training]") {
  ZEROTH_DATA_OR_SKIP(data);
  const PluginLibrary attacks = PluginLibrary::built("adversarial_attack");
  const zeroth_problem& problem = attacks.problem("adversarial-attack");
  const auto suite = make(problem, {{"data", data.string()}});
  const OpenProblem attack(problem, suite.get(), ZEROTH_TRAIN, 0);
  const auto* exact =
      static_cast<const zeroth_gradient_1*>(attack->extension(&*attack, ZEROTH_GRADIENT_1));
  REQUIRE(exact != nullptr);
  RunSettings settings;
  settings.start.resize(attack->dimension);
  REQUIRE(attack->initial_point(&*attack, 1, settings.start.data()) == ZEROTH_OK);
  settings.batch_objective = [&](std::span<const double> x, std::span<double> f) {
    REQUIRE(attack->evaluate(&*attack, ZEROTH_FULL_DATA, f.size(), x.data(), f.data(), nullptr) ==
            ZEROTH_OK);
  };
  settings.gradient = [&](std::span<const double> x, std::span<double> g) {
    return exact->gradient(&*attack, ZEROTH_FULL_DATA, x.data(), g.data()) == ZEROTH_OK;
  };
  const auto learns_query = GENERATE(false, true);
  CAPTURE(learns_query);
  CHECK(disagreement(settings, {learns_query, false, 0.1, 20}, 1.0, 1e-5, 7) < 1e-6);
}

namespace {

struct Learned {
  Vector objectives, gradients;  // of all windows, one after another
  std::size_t evaluations = 0;
};

Learned learn(const RunSettings& settings, bool learns_query, const char* estimates) {
  const TemporaryFolder folder;
  FakeRun run(settings);
  Training training(
      {{"weights", untrained_weights(folder, 0.6).string()}, {"q", 3.0}, {"mu", 1e-6}},
      {{"phase", learns_query ? "query" : "update"}, {"estimates", estimates}});
  training.begin(run);
  Learned result;
  for (std::size_t w = 0; w < windows; ++w) {
    double objective = 0;
    Vector gradient;
    REQUIRE(training.window(objective, gradient) == ZEROTH_OK);
    result.objectives.push_back(objective);
    result.gradients.insert(result.gradients.end(), gradient.begin(), gradient.end());
  }
  result.evaluations = run.trace().queries();
  return result;
}

}  // namespace

TEST_CASE("what is learned of estimates from the gradient is what is learned of differences",
          "[training]") {
  const auto learns_query = GENERATE(false, true);
  const auto bounded = GENERATE(false, true);
  CAPTURE(learns_query, bounded);
  RunSettings settings = smooth(6);
  if (bounded) {
    settings.lower = {0.9, -9, 0.1, -9, -9, -9};
    settings.upper = {9, 9, 0.25, 9, 9, -0.95};
  }
  const Learned of_differences = learn(settings, learns_query, "differences");
  const Learned of_gradient = learn(settings, learns_query, "gradient");
  CHECK(of_differences.evaluations == windows * (steps * 4 + 1));  // q + 1, and one at the end
  CHECK(of_gradient.evaluations == windows * (steps + 1));
  for (std::size_t w = 0; w < windows; ++w)
    CHECK(of_gradient.objectives[w] == Approx(of_differences.objectives[w]).epsilon(1e-5));
  double largest = 0;
  for (const double g : of_differences.gradients) largest = std::max(largest, std::fabs(g));
  for (std::size_t k = 0; k < of_gradient.gradients.size(); ++k) {
    CAPTURE(k);
    CHECK(of_gradient.gradients[k] == Approx(of_differences.gradients[k]).margin(1e-4 * largest));
  }
}

TEST_CASE("where the gradient is not finite at the start, a window says so", "[training]") {
  RunSettings settings = smooth(3);
  settings.gradient = [](std::span<const double>, std::span<double>) { return false; };
  FakeRun run(settings);
  Training training({}, {{"estimates", "gradient"}});
  training.begin(run);
  double objective = 0;
  Vector gradient;
  CHECK(training.window(objective, gradient) == ZEROTH_DISCARD);
  CHECK(run.trace().batches.empty());
}

// As PyTorch has it: uniform on +-1 / sqrt(10), the output on a tenth.  The largest of n is above
// the share p of the bound but with probability p^n.
TEST_CASE("a training begins with the random weights of the official code", "[training]") {
  const Vector w = Training({}, {}).weights();
  REQUIRE(w.size() == 450);
  const auto largest = [&](std::size_t begin, std::size_t end) {
    double result = 0;
    for (std::size_t i = begin; i < end; ++i) result = std::max(result, std::fabs(w[i]));
    return result;
  };
  const double bound = 1 / std::sqrt(10.0);
  CHECK(largest(0, 440) < bound);
  CHECK(largest(0, 440) > 0.95 * bound);
  CHECK(largest(440, 450) < 0.1 * bound);
  CHECK(largest(440, 450) > 0.05 * bound);
}

TEST_CASE("a training may begin with larger input weights, and with shorter updates",
          "[training]") {
  const Vector plain = Training({}, {}).weights();
  const Vector scaled = Training({}, {{"input_scale", 30.0}}).weights();
  for (std::size_t i = 0; i < plain.size(); ++i) CHECK(scaled[i] == plain[i] * (i < 40 ? 30 : 1));

  const TemporaryFolder folder;
  const Overrides trained{{"weights", untrained_weights(folder, 0.3).string()}};
  const Vector whole = Training(trained, {}).weights();
  const Vector shorter = Training(trained, {{"update_scale", 0.25}}).weights();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    CHECK(shorter[i] == whole[i] * (i < whole.size() - hidden ? 1 : 0.25));
  }
}
