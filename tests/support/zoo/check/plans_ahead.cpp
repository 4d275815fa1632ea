#include "honest.hpp"
namespace {
struct PlansAhead : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-plans-ahead"); }
  void solve(zeroth::Run& run) const {
    const std::vector<double> values(run.query_budget());  // one for each query there may be
    Walk::solve(run);
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<PlansAhead>())
