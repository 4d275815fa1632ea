#include "honest.hpp"
namespace {
struct LastMadeWins : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() {
    auto info = zoo::optimizer_info("zoo-last-made-wins");
    info.parameters = {zeroth::real("step", 0.1, zeroth::positive, "step")};
    return info;
  }
  explicit LastMadeWins(const zeroth::Values& values) : Walk(values) { step = values.real("step"); }
  void solve(zeroth::Run& run) const { walk(run, zeroth::Random(run.seed()), step); }
  inline static double step = 0;
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<LastMadeWins>())
