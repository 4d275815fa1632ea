#include <zeroth/optimizer.hpp>

#include <csignal>

namespace {

class CrashesInDestroy {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-crashes-in-destroy",
            .name = "Crashes in destroy",
            .version = "1",
            .doc = "Takes one step, and crashes when it is destroyed."};
  }
  explicit CrashesInDestroy(const zeroth::Values&) {}
  CrashesInDestroy(const CrashesInDestroy&) = delete;
  CrashesInDestroy& operator=(const CrashesInDestroy&) = delete;
  ~CrashesInDestroy() { std::raise(SIGSEGV); }
  void solve(zeroth::Run& run) const { static_cast<void>(run.iterate(run.initial_point())); }
};

}  // namespace

ZEROTH_LIBRARY("zoo_crashes_in_destroy", "1", zeroth::optimizer<CrashesInDestroy>())
