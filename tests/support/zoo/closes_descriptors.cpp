#include <zeroth/optimizer.hpp>

#include <unistd.h>

namespace {

class ClosesDescriptors {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-closes-descriptors",
            .name = "Closes descriptors",
            .version = "1",
            .doc = "Closes all descriptors after one iteration, and waits."};
  }
  explicit ClosesDescriptors(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const {
    if (!run.iterate(run.initial_point())) return;
    for (int descriptor = 0; descriptor < 1024; ++descriptor) close(descriptor);
    for (;;) pause();
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_closes_descriptors", "1", zeroth::optimizer<ClosesDescriptors>())
