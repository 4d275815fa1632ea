#include "honest.hpp"
namespace {
struct BeatenOptimum : zoo::Bowl {
  double optimum() const { return 1.0; }  // at (1, 0, 0), but the centre is below
  void optimal_point(std::span<double> x) const { x[0] = 1.0, x[1] = x[2] = 0.0; }
};
struct Suite : zoo::SuiteOf<BeatenOptimum> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() { return zoo::problem_info("zoo-beaten-optimum"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::problem<Suite>())
