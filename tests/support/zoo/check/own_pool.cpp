#include <unistd.h>

#include <thread>

#include "honest.hpp"
namespace {
struct OwnPool : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-own-pool"); }
  void solve(zeroth::Run& run) const {
    static const bool started = [] {
      std::thread([] {
        for (;;) pause();
      }).detach();
      return true;
    }();
    if (started) Walk::solve(run);
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<OwnPool>())
