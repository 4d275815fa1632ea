#include <unistd.h>
#include "honest.hpp"
namespace {
struct Hangs : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-hangs"); }
  void solve(zeroth::Run&) const {
    for (;;) pause();
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<Hangs>())
