#include "honest.hpp"
namespace {
struct SmallDimension : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-small-dimension"); }
  void solve(zeroth::Run& run) const {
    if (run.dimension() > 100) throw zeroth::Error("more than 100 coordinates");
    Walk::solve(run);
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<SmallDimension>())
