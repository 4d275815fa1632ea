#include <mutex>

#include "honest.hpp"
namespace {
struct LeaksMemory : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-leaks-memory"); }
  void solve(zeroth::Run& run) const {
    static std::mutex keeping;
    static std::vector<char*> kept;
    {
      const std::lock_guard lock(keeping);
      kept.push_back(new char[100]);
    }
    Walk::solve(run);
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<LeaksMemory>())
