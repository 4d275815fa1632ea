#include "honest.hpp"
namespace {
struct NeedsBounds : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-needs-bounds"); }
  void solve(zeroth::Run& run) const {
    const double* bound = run.abi()->lower != nullptr ? run.abi()->lower : run.abi()->upper;
    if (*bound < 1e300) Walk::solve(run);
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<NeedsBounds>())
