#include <zeroth/optimizer.hpp>

#include <cstdlib>

namespace {

class Exits {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-exits",
            .name = "Exits",
            .version = "1",
            .doc = "Calls exit(0) after one iteration."};
  }
  explicit Exits(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const {
    if (!run.iterate(run.initial_point())) return;
    std::exit(0);
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_exits", "1", zeroth::optimizer<Exits>())
