#include <zeroth/optimizer.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace {

// A process in a session of its own, whose parent has ended.
void start_daemon() {
  const pid_t first = fork();
  if (first == 0) {
    setsid();
    if (fork() == 0) {
      for (const int descriptor : {0, 1, 2, 3, 4}) close(descriptor);
      sleep(600);
    }
    _exit(0);
  }
  waitpid(first, nullptr, 0);
}

class StartsDaemon {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "zoo-starts-daemon",
            .name = "Starts a daemon",
            .version = "1",
            .doc = "Leaves a process behind that has left its group, and ends its own."};
  }
  explicit StartsDaemon(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const {
    if (!run.iterate(run.initial_point())) return;
    start_daemon();
    std::_Exit(5);
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_starts_daemon", "1", zeroth::optimizer<StartsDaemon>())
