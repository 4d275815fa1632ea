#include <cfenv>
#include "honest.hpp"
namespace {
struct MovesAbout : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-moves-about"); }
  void solve(zeroth::Run& run) const {
    std::fesetround(FE_UPWARD);
    Walk::solve(run);
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<MovesAbout>())
