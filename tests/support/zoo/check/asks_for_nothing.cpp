#include "honest.hpp"
namespace {
struct AsksForNothing : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-asks-for-nothing"); }
  void solve(zeroth::Run& run) const {
    while (run.evaluate({}, {})) {
    }
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<AsksForNothing>())
