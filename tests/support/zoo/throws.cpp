#include <zeroth/optimizer.hpp>

#include <stdexcept>

namespace {

class Throws {
 public:
  static zeroth::OptimizerInfo info() {
    return {
        .id = "zoo-throws", .name = "Throws", .version = "1", .doc = "Throws after one iteration."};
  }
  explicit Throws(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const {
    if (run.iterate(run.initial_point())) throw std::runtime_error("the zoo's optimizer gives up");
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_throws", "1", zeroth::optimizer<Throws>())
