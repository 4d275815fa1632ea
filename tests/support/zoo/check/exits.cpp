#include <cstdlib>
#include "honest.hpp"
namespace {
struct Exits : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-exits"); }
  void solve(zeroth::Run&) const { std::exit(0); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<Exits>())
