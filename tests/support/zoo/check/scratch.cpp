#include <algorithm>
#include <chrono>
#include <thread>

#include "honest.hpp"
namespace {
struct Scratch : zoo::Bowl {
  void evaluate(std::uint64_t, std::span<const double> x, std::span<double> f) const {
    static double shared[3];
    for (std::size_t i = 0; i < f.size(); ++i) {
      std::copy_n(&x[3 * i], 3, shared);
      std::this_thread::sleep_for(std::chrono::microseconds(50));
      f[i] = value(shared);
    }
  }
};
struct Suite : zoo::SuiteOf<Scratch> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() { return zoo::problem_info("zoo-scratch"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::problem<Suite>())
