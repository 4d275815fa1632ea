#include "honest.hpp"
namespace {
struct Persistent : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-persistent"); }
  void solve(zeroth::Run& run) const {
    Walk::solve(run);
    for (int i = 0; i < 50; ++i) (void)run.iterate(run.initial_point());
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<Persistent>())
