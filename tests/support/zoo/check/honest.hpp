// An optimizer and a problem that keep their contracts, for the plugins here to break in one way
// each.
#pragma once

#include <zeroth/optimizer.hpp>
#include <zeroth/problem.hpp>
#include <zeroth/random.hpp>

#include <cmath>
#include <vector>

namespace zoo {

/// Walks at random: each iteration asks for the value at one point near where it is.
class Walk {
 public:
  explicit Walk(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const { walk(run, zeroth::Random(run.seed())); }

 protected:
  static void walk(zeroth::Run& run, zeroth::Random random, double step = 0.1) {
    std::vector<double> x = run.start(), candidate(x.size());
    double f = 0.0, best = INFINITY;
    do {
      for (std::size_t j = 0; j < x.size(); ++j) candidate[j] = x[j] + step * random.normal();
      run.project(candidate);
      if (!run.evaluate(candidate, {&f, 1})) return;
      if (f < best) {
        best = f;
        x = candidate;
      }
    } while (run.iterate(x));
  }
};

inline zeroth::OptimizerInfo optimizer_info(const char* id) {
  return {.id = id, .name = "Zoo", .version = "1", .doc = "Misbehaves, for tests."};
}

/// f(x) = sum of squares, in dimension 3, between -2 and 2.
class Bowl {
 public:
  std::size_t dimension() const { return 3; }
  std::vector<double> lower() const { return {-2, -2, -2}; }
  std::vector<double> upper() const { return {2, 2, 2}; }
  void initial_point(std::uint64_t seed, std::span<double> x) const {
    zeroth::Random random(seed);
    for (double& each : x) each = 2 * random.uniform() - 1;
  }
  void evaluate(std::uint64_t, std::span<const double> x, std::span<double> f) const {
    for (std::size_t i = 0; i < f.size(); ++i) f[i] = value(x.subspan(3 * i, 3));
  }

 protected:
  static double value(std::span<const double> x) { return x[0] * x[0] + x[1] * x[1] + x[2] * x[2]; }
};

template <typename Instance>
class SuiteOf {
 public:
  explicit SuiteOf(const zeroth::Values&) {}
  std::uint64_t instance_count(zeroth::Split) const { return 2; }
  std::unique_ptr<Instance> open(zeroth::Split, std::uint64_t) const {
    return std::make_unique<Instance>();
  }
};

inline zeroth::ProblemInfo problem_info(const char* id, std::uint64_t capabilities = 0) {
  return {.id = id,
          .name = "Zoo",
          .version = "1",
          .doc = "Misbehaves, for tests.",
          .capabilities = capabilities};
}

/// The descriptor of T with a change made to it.
template <typename T>
zeroth::LibraryEntry changed_optimizer(void (*change)(zeroth_optimizer&)) {
  static zeroth_optimizer descriptor = *zeroth::optimizer<T>().optimizer;
  change(descriptor);
  return {&descriptor, nullptr};
}

template <typename T>
zeroth::LibraryEntry changed_problem(void (*change)(zeroth_problem&)) {
  static zeroth_problem descriptor = *zeroth::problem<T>().problem;
  change(descriptor);
  return {nullptr, &descriptor};
}

}  // namespace zoo
