#include "honest.hpp"
namespace {
struct LeaksExceptions : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-leaks-exceptions"); }
  static zeroth_status solve_in_c(void*, const zeroth_run* c_run) {
    zeroth::Run run(c_run);
    Walk(zeroth::Values(nullptr, 0)).solve(run);  // throws when the host refuses
    return ZEROTH_OK;
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zoo::changed_optimizer<LeaksExceptions>([](zeroth_optimizer& o) {
                 o.solve = LeaksExceptions::solve_in_c;
               }))
