#include "honest.hpp"
namespace {
struct One : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-same-id"); }
};
struct Two : One {
  using One::One;
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<One>(), zeroth::optimizer<Two>())
