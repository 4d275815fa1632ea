// What the oracle adds to a query: counting, checks, clocks, and recording one iterate for each
// batch.
//
//   bench_oracle     batches of 20 points of a quadratic in 10 dimensions, one thread
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "host/matrix_of.hpp"
#include "run/oracle.hpp"

namespace {

using namespace zeroth::host;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t batch = 20, batches = 20'000;
constexpr std::size_t dimension = 10;

double nanoseconds_per_query(Clock::duration d) {
  return std::chrono::duration<double, std::nano>(d).count() / static_cast<double>(batch * batches);
}

}  // namespace

int main() {
  const zeroth::test::QuadraticFixture fixture({{"dimension", std::int64_t{dimension}}});
  const zeroth_instance& instance = fixture.instance.abi();
  std::vector<double> x(batch * dimension, 0.25), f(batch);
  const std::atomic<bool> cancelled{false};
  std::vector<double> through_oracle, directly;
  for (int repeat = 0; repeat < 21; ++repeat) {  // interleaved, so that both meet the same machine
    Clock::time_point start = Clock::now();
    for (std::uint64_t i = 0; i < batches; ++i) {
      instance.evaluate(&instance, ZEROTH_FULL_DATA, batch, x.data(), f.data(), nullptr);
    }
    directly.push_back(nanoseconds_per_query(Clock::now() - start));
    Budget budget;
    budget.queries = batch * batches;
    start = Clock::now();
    Oracle oracle(fixture.instance, budget, Seeds(1), cancelled);
    const zeroth_run& run = oracle.run();
    for (std::uint64_t i = 0; i < batches; ++i) {
      if (run.evaluate(&run, batch, x.data(), f.data()) != ZEROTH_OK) return 1;
      if (run.iterate(&run, x.data()) != ZEROTH_OK) return 1;
    }
    if (oracle.finish(ZEROTH_OK)->trace.size() != batches + 1) return 1;
    through_oracle.push_back(nanoseconds_per_query(Clock::now() - start));
  }
  const auto median = [](std::vector<double>& v) {
    std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
    return v[v.size() / 2];
  };
  const double direct = median(directly), all = median(through_oracle);
  fmt::print("a query of the problem itself    {:6.1f} ns\n", direct);
  fmt::print(
      "the same through the oracle      {:6.1f} ns, with an iterate recorded every {} queries\n",
      all, batch);
  fmt::print("oracle and recording             {:6.1f} ns a query (at most 150)\n", all - direct);
}
