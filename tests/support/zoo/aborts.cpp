#include <zeroth/optimizer.hpp>

#include <cstdio>
#include <cstdlib>

namespace {

class Aborts {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-aborts",
            .name = "Aborts",
            .version = "1",
            .doc = "Calls abort() after one iteration."};
  }
  explicit Aborts(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const {
    if (!run.iterate(run.initial_point())) return;
    std::fputs("a wish to be elsewhere\n", stderr);
    std::abort();
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_aborts", "1", zeroth::optimizer<Aborts>())
