#include "honest.hpp"
namespace {
struct RefusesItsRange : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() {
    auto info = zoo::optimizer_info("zoo-refuses-its-range");
    info.parameters = {zeroth::integer("q", 5, 1, 100, "directions")};
    return info;
  }
  explicit RefusesItsRange(const zeroth::Values& values) : Walk(values) {
    if (values.integer("q") > 10) throw zeroth::Error("");
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<RefusesItsRange>())
