#include "honest.hpp"
namespace {
struct SecretlyStochastic : zoo::Bowl {
  void evaluate(std::uint64_t key, std::span<const double> x, std::span<double> f) const {
    for (std::size_t i = 0; i < f.size(); ++i)
      f[i] = value(x.subspan(3 * i, 3)) + 0.01 * static_cast<double>(key % 8);
  }
};
struct Suite : zoo::SuiteOf<SecretlyStochastic> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() { return zoo::problem_info("zoo-secretly-stochastic"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::problem<Suite>())
