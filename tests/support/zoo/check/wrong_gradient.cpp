#include "honest.hpp"
namespace {
struct WrongGradient : zoo::Bowl {
  void gradient(std::uint64_t, std::span<const double> x, std::span<double> g) const {
    for (std::size_t j = 0; j < 3; ++j) g[j] = x[j];  // a factor of 2 is missing
  }
};
struct Suite : zoo::SuiteOf<WrongGradient> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() { return zoo::problem_info("zoo-wrong-gradient"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::problem<Suite>())
