#include <sys/wait.h>
#include <unistd.h>

#include "honest.hpp"
namespace {
struct StartsProcess : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-starts-process"); }
  void solve(zeroth::Run& run) const {
    const pid_t first = fork();
    if (first == 0) {
      setsid();
      if (fork() == 0) {
        for (int descriptor = 0; descriptor < 100; ++descriptor) close(descriptor);
        sleep(600);
      }
      _exit(0);
    }
    waitpid(first, nullptr, 0);
    Walk::solve(run);
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<StartsProcess>())
