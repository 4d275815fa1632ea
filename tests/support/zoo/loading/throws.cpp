#include <zeroth/optimizer.hpp>

namespace {

struct Undecided {
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-undecided",
            .name = "Undecided",
            .version = "1",
            .doc = "Has a choice of nothing, which its header refuses.",
            .parameters = {zeroth::choice("mode", {}, "which")}};
  }
  explicit Undecided(const zeroth::Values&) {}
  void solve(zeroth::Run&) const {}
};

}  // namespace

ZEROTH_LIBRARY("zoo_undecided", "1", zeroth::optimizer<Undecided>())
