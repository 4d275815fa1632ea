#include "honest.hpp"
namespace {
struct Seedless : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-seedless"); }
  void solve(zeroth::Run& run) const { walk(run, zeroth::Random(7)); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<Seedless>())
