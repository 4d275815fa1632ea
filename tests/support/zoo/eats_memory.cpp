#include <zeroth/optimizer.hpp>

#include <cstring>
#include <memory>

namespace {

class EatsMemory {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-eats-memory",
            .name = "Eats memory",
            .version = "1",
            .doc = "Takes 6 GiB after one iteration, and keeps them."};
  }
  explicit EatsMemory(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const {
    constexpr std::size_t block = std::size_t{1} << 24, blocks = 384;
    std::vector<std::unique_ptr<char[]>> eaten;
    if (!run.iterate(run.initial_point())) return;
    while (eaten.size() < blocks) {  // an end, for the sake of the machine that runs the tests
      eaten.emplace_back(new char[block]);
      std::memset(eaten.back().get(), 1, block);
    }
    for (volatile int i = 0;;) i = 1 - i;
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_eats_memory", "1", zeroth::optimizer<EatsMemory>())
