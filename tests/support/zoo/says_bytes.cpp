#include <zeroth/optimizer.hpp>

#include <stdexcept>

namespace {

class SaysBytes {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-says-bytes",
            .name = "Says bytes",
            .version = "1",
            .doc = "Throws what is neither UTF-8 nor fit for a terminal."};
  }
  explicit SaysBytes(const zeroth::Values&) {}
  void solve(zeroth::Run&) const { throw std::runtime_error("caf\xe9 \x1b[31mred"); }
};

}  // namespace

ZEROTH_LIBRARY("zoo_says_bytes", "1", zeroth::optimizer<SaysBytes>())
