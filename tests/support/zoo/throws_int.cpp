#include <zeroth/optimizer.hpp>

namespace {

class ThrowsInt {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-throws-int", .name = "Throws int", .version = "1", .doc = "Cannot be made."};
  }
  explicit ThrowsInt(const zeroth::Values&) { throw 42; }
  void solve(zeroth::Run&) const {}
};

}  // namespace

ZEROTH_LIBRARY("zoo_throws_int", "1", zeroth::optimizer<ThrowsInt>())
