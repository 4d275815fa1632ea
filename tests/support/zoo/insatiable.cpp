#include <zeroth/optimizer.hpp>

namespace {

class Insatiable {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-insatiable",
            .name = "Insatiable",
            .version = "1",
            .doc = "Does not stop when told to."};
  }
  explicit Insatiable(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const {
    double f = 0;
    for (int refused = 0; refused < 1000;) {
      const bool evaluated = run.evaluate(run.initial_point(), {&f, 1});
      const bool iterated = run.iterate(run.initial_point());
      refused += evaluated && iterated ? 0 : 1;
    }
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_insatiable", "1", zeroth::optimizer<Insatiable>())
