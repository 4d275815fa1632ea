#include <cstdlib>
#include "honest.hpp"
namespace {
struct Fragile : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() {
    auto info = zoo::optimizer_info("zoo-fragile");
    info.parameters = {zeroth::choice("mode", {"fast", "slow"}, "how it walks")};
    return info;
  }
  explicit Fragile(const zeroth::Values& values) : Walk(values) {
    const std::string mode = values.text("mode");
    if (mode != "fast" && mode != "slow") std::abort();  // "the host checks it"
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<Fragile>())
