#include "honest.hpp"
namespace {
struct RestlessStart : zoo::Bowl {
  void initial_point(std::uint64_t, std::span<double> x) const {
    static double at = 0;
    x[0] = x[1] = x[2] = at = at == 0 ? 1 : 0;
  }
};
struct Suite : zoo::SuiteOf<RestlessStart> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() { return zoo::problem_info("zoo-restless-start"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::problem<Suite>())
