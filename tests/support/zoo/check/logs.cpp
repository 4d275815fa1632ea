#include "honest.hpp"
namespace {
struct Logs : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-logs"); }
  void solve(zeroth::Run& run) const {
    zeroth::log_warning("dimension " + std::to_string(run.dimension()) + " is much");
    if (run.dimension() > 100) throw zeroth::Error("too much");
    Walk::solve(run);
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<Logs>())
