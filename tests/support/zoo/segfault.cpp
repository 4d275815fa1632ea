#include <zeroth/optimizer.hpp>

#include <cstdint>
#include <cstdio>

namespace {

class Segfault {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-segfault",
            .name = "Segfault",
            .version = "1",
            .doc = "Writes to address 8 after one iteration."};
  }
  explicit Segfault(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const {
    if (!run.iterate(run.initial_point())) return;
    std::fputs("about to write to address 8\n", stderr);
    volatile std::uintptr_t address = 8;
    *reinterpret_cast<volatile int*>(address) = 1;
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_segfault", "1", zeroth::optimizer<Segfault>())
