#include "honest.hpp"
namespace {
struct StartsOutside : zoo::Bowl {
  void initial_point(std::uint64_t, std::span<double> x) const { x[0] = x[1] = x[2] = 5; }
};
struct Suite : zoo::SuiteOf<StartsOutside> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() { return zoo::problem_info("zoo-starts-outside"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::problem<Suite>())
