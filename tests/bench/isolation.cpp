// What a process of its own costs: a batch is one evaluate() and one iterate() of zo-sgd, through
// the oracle, on a problem that takes no time or 200 microseconds, in one run and in as many at
// once as there are cores; and an evaluate() of an isolated problem.
//
//   bench_isolation [DIMENSION]      10
#include <fmt/format.h>
#include <tbb/info.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "host/matrix_of.hpp"
#include "isolate/isolation.hpp"
#include "plugins/registry.hpp"
#include "run/oracle.hpp"

namespace {

using namespace zeroth::host;
using Clock = std::chrono::steady_clock;

double microseconds(Clock::duration d) {
  return std::chrono::duration<double, std::micro>(d).count();
}

const Descriptor& load(const char* folder, const std::string& name, bool is_problem) {
  static std::vector<std::unique_ptr<Registry>> loaded;
  const auto warn = [](const std::string& text) { fmt::print(stderr, "{}\n", text); };
  loaded.push_back(std::make_unique<Registry>(
      std::filesystem::path(ZEROTH_BINARY_DIR) / folder / (name + ".so"), warn));
  return is_problem ? loaded.back()->problems().at(0) : loaded.back()->optimizers().at(0);
}

double median(std::vector<double> v) {
  std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
  return v[v.size() / 2];
}

// Waits for so long before every evaluation of the problem behind it.
struct Slow {
  const zeroth_run* run;
  Clock::duration pause;
  zeroth_run slowed = *run;
  Slow(const zeroth_run& of, Clock::duration pause_) : run(&of), pause(pause_) {
    slowed.host_data = this;
    slowed.evaluate = [](const zeroth_run* r, std::uint64_t n, const double* x, double* f) {
      const auto& self = *static_cast<Slow*>(r->host_data);
      const Clock::time_point until = Clock::now() + self.pause;
      while (Clock::now() < until) {
      }
      return self.run->evaluate(self.run, n, x, f);
    };
    slowed.iterate = [](const zeroth_run* r, const double* x) {
      const auto& self = *static_cast<Slow*>(r->host_data);
      return self.run->iterate(self.run, x);
    };
    slowed.extension = [](const zeroth_run*, const char*) -> const void* { return nullptr; };
  }
};

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t dimension = argc > 1 ? std::atoll(argv[1]) : 10;
  const zeroth::test::QuadraticFixture fixture({{"dimension", dimension}});
  const std::atomic<bool> cancel{false};
  const int cores = tbb::info::default_concurrency();
  Isolation alone({}, cancel, 1, cores, ZEROTH_BINARY_DIR "/bin/zeroth");
  Isolation together({}, cancel, cores, cores, ZEROTH_BINARY_DIR "/bin/zeroth");
  const Descriptor& zo_sgd = load("lib/zeroth/plugins", "zo_sgd", false);

  const auto solve = [&](const Descriptor& descriptor, std::uint64_t batches, int pause) {
    const Optimizer optimizer(descriptor, zeroth::test::values_of(descriptor, {}), "bench");
    Budget budget;
    budget.iterations = batches;
    Oracle oracle(fixture.instance, budget, Seeds(1), cancel);
    const Slow slow(oracle.run(), std::chrono::microseconds(pause));
    const Clock::time_point start = Clock::now();
    if (optimizer.solve(slow.slowed) != ZEROTH_OK) std::abort();
    return microseconds(Clock::now() - start) / static_cast<double>(batches);
  };
  // Microseconds a batch, the mean of the runs.
  const auto solve_all = [&](const Descriptor& descriptor, int runs, int pause) {
    std::vector<double> each(static_cast<std::size_t>(runs));
    std::vector<std::thread> threads;
    for (double& one : each)
      threads.emplace_back([&] { one = solve(descriptor, pause == 0 ? 5000 : 500, pause); });
    for (std::thread& thread : threads) thread.join();
    return std::accumulate(each.begin(), each.end(), 0.0) / runs;
  };
  for (const int runs : {1, cores}) {
    for (const int pause : {0, 200}) {
      const Descriptor& isolated = (runs == 1 ? alone : together).isolate(zo_sgd);
      std::vector<double> here, there;
      for (int repeat = 0; repeat < 21; ++repeat) {  // interleaved: both meet the same machine
        here.push_back(solve_all(zo_sgd, runs, pause));
        there.push_back(solve_all(isolated, runs, pause));
      }
      fmt::print(
          "optimizer, {} at once, {} us a batch for the problem: in process {:.2f} us, isolated "
          "{:.2f} us, {:.2f} us more (at most 10)\n",
          runs, pause, median(here), median(there), median(there) - median(here));
    }
  }

  const Descriptor& quadratic = load("tests/plugins_for_tests", "quadratic", true);
  Isolation only_problem({}, cancel, 1, cores, ZEROTH_BINARY_DIR "/bin/zeroth");
  const Descriptor& isolated_quadratic = only_problem.isolate(quadratic);
  const auto evaluate = [&](const Descriptor& descriptor) {
    const Suite suite(descriptor, zeroth::test::values_of(descriptor, {{"dimension", dimension}}),
                      "bench");
    const Instance instance(suite, Split::test, 0);
    constexpr std::uint64_t n = 20;
    constexpr int batches = 5000;
    std::vector<double> x(n * static_cast<std::size_t>(dimension), 0.25), f(n);
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < batches; ++i)
      instance->evaluate(&instance.abi(), ZEROTH_FULL_DATA, n, x.data(), f.data(), nullptr);
    return microseconds(Clock::now() - start) / batches;
  };
  std::vector<double> here, there;
  for (int repeat = 0; repeat < 21; ++repeat) {
    here.push_back(evaluate(quadratic));
    there.push_back(evaluate(isolated_quadratic));
  }
  fmt::print("problem: in process {:.2f} us, isolated {:.2f} us, {:.2f} us more (at most 10)\n",
             median(here), median(there), median(there) - median(here));
}
