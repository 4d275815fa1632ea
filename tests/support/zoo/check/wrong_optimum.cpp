#include "honest.hpp"
namespace {
struct WrongOptimum : zoo::Bowl {
  double optimum() const { return 0.0; }
  void optimal_point(std::span<double> x) const { x[0] = x[1] = 0.0, x[2] = 0.1; }
};
struct Suite : zoo::SuiteOf<WrongOptimum> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() { return zoo::problem_info("zoo-wrong-optimum"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::problem<Suite>())
