#include "honest.hpp"
namespace {
struct RingsTheBell : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() {
    auto info = zoo::optimizer_info("zoo-rings-the-bell");
    info.doc = "Walks\a at random.";
    return info;
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<RingsTheBell>())
