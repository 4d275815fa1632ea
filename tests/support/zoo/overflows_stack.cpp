#include <zeroth/optimizer.hpp>

namespace {

// NOLINTNEXTLINE(misc-no-recursion)
int deeper(const volatile char* above, int depth) {
  volatile char frame[4096];
  frame[0] = above == nullptr ? 'a' : above[0];
  return depth < 0 ? 0 : deeper(frame, depth + 1) + frame[0];
}

class OverflowsStack {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-overflows-stack",
            .name = "Overflows its stack",
            .version = "1",
            .doc = "Calls itself without end after one iteration."};
  }
  explicit OverflowsStack(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const {
    if (run.iterate(run.initial_point())) deeper(nullptr, 0);
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_overflows_stack", "1", zeroth::optimizer<OverflowsStack>())
