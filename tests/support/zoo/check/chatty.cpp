#include <cstdio>
#include "honest.hpp"
namespace {
struct Chatty : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-chatty"); }
  void solve(zeroth::Run& run) const {
    std::puts("iteration 1: all is well");
    Walk::solve(run);
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<Chatty>())
