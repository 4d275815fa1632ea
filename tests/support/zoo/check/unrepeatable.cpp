#include "honest.hpp"
namespace {
struct Unrepeatable : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-unrepeatable"); }
  void solve(zeroth::Run& run) const {
    static std::uint64_t runs = 0;
    walk(run, zeroth::Random(run.seed(), runs++));
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<Unrepeatable>())
