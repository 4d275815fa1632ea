#include "honest.hpp"
namespace {
struct Undescribed : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-undescribed"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1",
               zoo::changed_optimizer<Undescribed>([](zeroth_optimizer& o) { o.doc = ""; }))
