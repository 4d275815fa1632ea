#include <zeroth/optimizer.hpp>

namespace {

class Hangs {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-hangs",
            .name = "Hangs",
            .version = "1",
            .doc = "Loops for ever after one iteration."};
  }
  explicit Hangs(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const {
    if (!run.iterate(run.initial_point())) return;
    for (volatile int i = 0;;) i = 1 - i;
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_hangs", "1", zeroth::optimizer<Hangs>())
