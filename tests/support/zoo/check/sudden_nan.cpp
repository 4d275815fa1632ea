#include "honest.hpp"
namespace {
struct SuddenNan : zoo::Bowl {
  void evaluate(std::uint64_t, std::span<const double> x, std::span<double> f) const {
    for (std::size_t i = 0; i < f.size(); ++i) f[i] = std::sqrt(value(x.subspan(3 * i, 3)) - 2);
  }
};
struct Suite : zoo::SuiteOf<SuddenNan> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() { return zoo::problem_info("zoo-sudden-nan"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::problem<Suite>())
