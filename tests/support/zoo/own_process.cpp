#include <zeroth/optimizer.hpp>

#include <unistd.h>

namespace {

class OwnProcess {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-own-process",
            .name = "Own process",
            .version = "1",
            .doc = "Declares that it needs a process of its own, and ends it.",
            .capabilities = ZEROTH_HANDLES_BOUNDS | ZEROTH_OWN_PROCESS};
  }
  explicit OwnProcess(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const {
    if (run.iterate(run.initial_point())) _exit(7);
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_own_process", "1", zeroth::optimizer<OwnProcess>())
