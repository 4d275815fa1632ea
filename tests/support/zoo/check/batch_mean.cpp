#include "honest.hpp"
namespace {
struct BatchMean : zoo::Bowl {
  void evaluate(std::uint64_t, std::span<const double> x, std::span<double> f) const {
    double mean = 0;
    for (std::size_t i = 0; i < f.size(); ++i)
      mean += value(x.subspan(3 * i, 3)) / static_cast<double>(f.size());
    for (std::size_t i = 0; i < f.size(); ++i) f[i] = value(x.subspan(3 * i, 3)) - mean;
  }
};
struct Suite : zoo::SuiteOf<BatchMean> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() { return zoo::problem_info("zoo-batch-mean"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::problem<Suite>())
