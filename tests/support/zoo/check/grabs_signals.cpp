#include <csignal>
#include "honest.hpp"
namespace {
struct GrabsSignals : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-grabs-signals"); }
  void solve(zeroth::Run& run) const {
    std::signal(SIGINT, SIG_IGN);
    Walk::solve(run);
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<GrabsSignals>())
