#include <algorithm>
#include <vector>

#include "honest.hpp"
namespace {
struct QuickScratch : zoo::Bowl {
  void evaluate(std::uint64_t, std::span<const double> x, std::span<double> f) const {
    for (std::size_t i = 0; i < f.size(); ++i) {
      std::copy_n(&x[3 * i], 3, buffer.data());
      f[i] = value(buffer);
    }
  }
  mutable std::vector<double> buffer = std::vector<double>(3);  // of each instance
};
struct Suite : zoo::SuiteOf<QuickScratch> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() { return zoo::problem_info("zoo-quick-scratch"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::problem<Suite>())
