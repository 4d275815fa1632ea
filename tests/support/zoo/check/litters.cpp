#include <cstdio>

#include "honest.hpp"
namespace {
struct Litters : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-litters"); }
  void solve(zeroth::Run& run) const {
    if (std::FILE* log = std::fopen("zoo.log", "w")) std::fclose(log);
    Walk::solve(run);
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<Litters>())
