#include "honest.hpp"
// Starts in a corner of its bounds and has no values beyond: nothing is wrong with it.
namespace {
struct AtABound : zoo::Bowl {
  void initial_point(std::uint64_t, std::span<double> x) const { x[0] = -2, x[1] = x[2] = 2; }
  void evaluate(std::uint64_t minibatch, std::span<const double> x, std::span<double> f) const {
    for (const double each : x)
      if (std::abs(each) > 2) throw zeroth::Error("a point is outside the bounds");
    Bowl::evaluate(minibatch, x, f);
  }
  void gradient(std::uint64_t, std::span<const double> x, std::span<double> g) const {
    for (std::size_t j = 0; j < 3; ++j) g[j] = 2 * x[j];
  }
};
struct Suite : zoo::SuiteOf<AtABound> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() { return zoo::problem_info("zoo-at-a-bound"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::problem<Suite>())
