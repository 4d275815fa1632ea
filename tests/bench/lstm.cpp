// Speed and memory of ZO-LSTM on the MNIST attack, one thread.
//
//   cmake --preset release && cmake --build --preset release --target bench_lstm
//   taskset -c 0 build/release/tests/bench/bench_lstm
//
// It reads the real data; where it is looked for is said by `zeroth describe adversarial-attack`.
#include <sys/resource.h>
#include <zeroth/abi.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "adversarial_attack/adversarial_attack.hpp"
#include "bench/timing.hpp"
#include "support/fake_run.hpp"
#include "support/plugin_library.hpp"
#include "support/problem_suite.hpp"
#include "support/zo_lstm_weights.hpp"

namespace {

using namespace zeroth::test;
using Attack = zeroth::attack::AdversarialAttack;

constexpr std::size_t q = 20;
constexpr std::uint64_t unroll = 20;

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// A run that is never over and keeps nothing: what the optimizer itself costs.
struct BareRun {
  zeroth_run abi{};
  std::vector<double> start;
  std::function<void(std::uint64_t n, const double* x, double* f)> evaluate;
  std::function<void(const double* x, double* g)> gradient;
  std::uint64_t iterations_left = unlimited;

  explicit BareRun(std::vector<double> from) : start(std::move(from)) {
    abi.struct_size = sizeof abi;
    abi.dimension = static_cast<std::uint32_t>(start.size());
    abi.initial_point = start.data();
    abi.seed = 1;
    abi.query_budget = abi.iteration_budget = unlimited;
    abi.host_data = this;
    abi.evaluate = [](const zeroth_run* run, std::uint64_t n, const double* x, double* f) {
      static_cast<BareRun*>(run->host_data)->evaluate(n, x, f);
      return ZEROTH_OK;
    };
    abi.iterate = [](const zeroth_run* run, const double*) {
      return --static_cast<BareRun*>(run->host_data)->iterations_left == 0 ? ZEROTH_STOP
                                                                           : ZEROTH_OK;
    };
    abi.fail = [](const zeroth_run*, const char*) {};
    abi.extension = [](const zeroth_run* run, const char* id) -> const void* {
      static const zeroth_loss_gradient_1 table{
          sizeof(zeroth_loss_gradient_1), 0, [](const zeroth_run* r, const double* x, double* g) {
            static_cast<BareRun*>(r->host_data)->gradient(x, g);
            return ZEROTH_OK;
          }};
      const bool given = static_cast<BareRun*>(run->host_data)->gradient != nullptr;
      return given && std::string(id) == ZEROTH_LOSS_GRADIENT_1 ? &table : nullptr;
    };
  }
};

struct Training {
  const zeroth_trainable_1& trainable;
  void* trainer = nullptr;
  void* episode = nullptr;
  std::vector<double> gradient;

  Training(const zeroth_trainable_1& table, const ValueTable<zeroth_optimizer>& values,
           const char* phase, const BareRun& run)
      : trainable(table) {
    const ValueTable<zeroth_trainable_1> training(table, {{"phase", phase}});
    if (table.create(&table, values.data(), training.data(), 1, &trainer, nullptr) != ZEROTH_OK ||
        table.begin(trainer, &run.abi, &episode, nullptr) != ZEROTH_OK) {
      throw std::runtime_error("no training");
    }
    gradient.resize(table.weight_count(trainer));
  }
  ~Training() {
    trainable.end(episode);
    trainable.destroy(trainer);
  }
  void window() {
    double objective = 0;
    if (trainable.window(episode, unroll, &objective, gradient.data(), nullptr) != ZEROTH_OK) {
      throw std::runtime_error("a window failed");
    }
  }
};

void run() {
  const auto suite = suite_of<Attack>();
  const auto attack = suite->open(zeroth::Split::train, 0);
  const std::size_t d = attack->dimension();
  std::vector<double> start(d), batch((q + 1) * d), f(q + 1);
  attack->initial_point(0, start);
  for (std::size_t i = 0; i <= q; ++i) std::copy(start.begin(), start.end(), &batch[i * d]);

  const TemporaryFolder folder;
  const PluginLibrary library = PluginLibrary::built("zo_lstm");
  const zeroth_optimizer& optimizer = library.optimizer("zo-lstm");
  const Overrides overrides{{"weights", descending_weights(folder).string()}, {"guidance", 1.0}};
  const auto zo_lstm = make(optimizer, overrides);
  const ValueTable<zeroth_optimizer> values(optimizer, overrides);
  const auto& trainable =
      *static_cast<const zeroth_trainable_1*>(optimizer.extension(&optimizer, ZEROTH_TRAINABLE_1));

  BareRun free_run(start), attack_run(start);
  free_run.evaluate = [](std::uint64_t n, const double*, double* out) { std::fill_n(out, n, 1.0); };
  attack_run.evaluate = [&](std::uint64_t n, const double* x, double* out) {
    attack->evaluate(ZEROTH_FULL_DATA, {x, n * d}, {out, n});
  };
  attack_run.gradient = [&](const double* x, double* g) {
    attack->gradient(ZEROTH_FULL_DATA, {x, d}, {g, d});
  };
  constexpr std::uint64_t iterations = 10;
  const auto solve = [&](BareRun& run) {
    run.iterations_left = iterations;
    if (optimizer.solve(zo_lstm.get(), &run.abi) != ZEROTH_OK)
      throw std::runtime_error("solve failed");
  };
  Training update(trainable, values, "update", attack_run),
      query(trainable, values, "query", attack_run);
  const auto [optimizer_ms, iteration_ms, problem_ms, update_ms, query_ms] =
      zeroth::bench::interleaved(
          1, [&] { solve(free_run); }, [&] { solve(attack_run); },
          [&] {
            for (std::uint64_t i = 0; i < iterations; ++i)
              attack->evaluate(ZEROTH_FULL_DATA, batch, f);
          },
          [&] { update.window(); }, [&] { query.window(); });
  std::printf(
      "an iteration: ZO-LSTM with sampling %.3f ms, the attack (float64, %zu points) %.3f ms, "
      "together %.3f ms: %.1f%%\n",
      optimizer_ms / iterations, q + 1, problem_ms / iterations, iteration_ms / iterations,
      100 * optimizer_ms / (problem_ms + optimizer_ms));
  std::printf(
      "an unrolled step of training: phase update %.2f ms (at most 4), phase query %.2f ms (at "
      "most 6)\n",
      update_ms / unroll, query_ms / unroll);
  const double before = peak_mib();
  for (int i = 0; i < 100; ++i) query.window();
  std::printf(
      "peak memory after 41 windows of one optimization %.1f MiB, after 100 more %.1f MiB\n",
      before, peak_mib());
}

}  // namespace

int main() {
  try {
    run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_lstm: %s\n", error.what());
    return 1;
  }
}
