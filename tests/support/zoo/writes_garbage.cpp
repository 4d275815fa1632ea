#include <zeroth/optimizer.hpp>

#include <cstdio>

namespace {

class WritesGarbage {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-writes-garbage",
            .name = "Writes garbage",
            .version = "1",
            .doc = "Writes a mebibyte of garbage to each standard stream, and walks on."};
  }
  explicit WritesGarbage(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const {
    std::vector<char> garbage(1 << 20);
    for (std::size_t i = 0; i < garbage.size(); ++i) garbage[i] = static_cast<char>(i * i / 7);
    for (std::FILE* stream : {stdout, stderr}) {
      std::fwrite(garbage.data(), 1, garbage.size(), stream);
      std::fflush(stream);
    }
    std::vector<double> x = run.start();
    while (run.iterate(x)) x[0] += 0.01;
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_writes_garbage", "1", zeroth::optimizer<WritesGarbage>())
