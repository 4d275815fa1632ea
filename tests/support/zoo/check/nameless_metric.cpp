#include "honest.hpp"
namespace {
struct NamelessMetric : zoo::Bowl {
  static std::vector<zeroth::Metric> metrics() { return {{"", "a number without a name"}}; }
  void measure(std::span<const double> x, std::span<double> values) const { values[0] = x[0]; }
};
struct Suite : zoo::SuiteOf<NamelessMetric> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() { return zoo::problem_info("zoo-nameless-metric"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::problem<Suite>())
