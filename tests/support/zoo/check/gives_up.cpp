#include "honest.hpp"
namespace {
struct GivesUp : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-gives-up"); }
  void solve(zeroth::Run&) const { throw zeroth::Error("it is all too much"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<GivesUp>())
