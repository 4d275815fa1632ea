#include <mutex>

#include "honest.hpp"
namespace {
struct Locks : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-locks"); }
  void solve(zeroth::Run& run) const {
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    Walk::solve(run);
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<Locks>())
