#include "honest.hpp"
namespace {
struct BadDefault : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() {
    auto info = zoo::optimizer_info("zoo-bad-default");
    info.parameters = {zeroth::real("step", 0.0, zeroth::positive, "step, which must not be 0")};
    return info;
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<BadDefault>())
