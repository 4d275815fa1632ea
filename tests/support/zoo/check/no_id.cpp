#include "honest.hpp"
namespace {
struct NoId : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-no-id"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1",
               zoo::changed_optimizer<NoId>([](zeroth_optimizer& o) { o.id = nullptr; }))
