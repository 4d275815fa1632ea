#include <cstdio>
#include "honest.hpp"
namespace {
struct Segfaults : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-segfaults"); }
  void solve(zeroth::Run& run) const {
    std::fputs("about to fall over\n", stderr);
    *static_cast<volatile int*>(nullptr) = static_cast<int>(run.dimension());
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<Segfaults>())
