#include <atomic>
#include "honest.hpp"
namespace {
struct Drifts : zoo::Bowl {
  void evaluate(std::uint64_t, std::span<const double> x, std::span<double> f) const {
    static std::atomic<int> calls{0};
    const double drift = 1e-12 * ++calls;
    for (std::size_t i = 0; i < f.size(); ++i) f[i] = value(x.subspan(3 * i, 3)) + drift;
  }
};
struct Suite : zoo::SuiteOf<Drifts> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() { return zoo::problem_info("zoo-drifts"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::problem<Suite>())
