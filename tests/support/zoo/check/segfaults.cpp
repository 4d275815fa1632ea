#include <cstdint>
#include <cstdio>

#include "honest.hpp"
namespace {
struct Segfaults : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-segfaults"); }
  void solve(zeroth::Run& run) const {
    std::fputs("about to fall over\n", stderr);
    volatile std::uintptr_t address = 8;  // UBSan would stop a null pointer first
    *reinterpret_cast<volatile int*>(address) = static_cast<int>(run.dimension());
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<Segfaults>())
