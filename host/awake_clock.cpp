#include "awake_clock.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>

namespace zeroth::host {
namespace {

using Rep = AwakeClock::rep;
std::atomic<Rep> behind{0};  // of the steady clock
std::atomic<Rep> frozen{0};  // what the clock shows while we are stopped; else 0
static_assert(std::atomic<Rep>::is_always_lock_free);

Rep steady() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

extern "C" void on_stop(int) {
  const Rep shown = steady() - behind;
  frozen = shown;
  kill(getpid(), SIGSTOP);  // all threads; on from here after SIGCONT
  behind = steady() - shown;
  frozen = 0;
}

}  // namespace

AwakeClock::time_point AwakeClock::now() noexcept {
  for (;;) {  // a stop may come between any two of these lines
    const Rep offset = behind, time = steady() - offset, shown = frozen;
    if (shown != 0) return time_point(duration(shown));
    if (behind == offset) return time_point(duration(time));
  }
}

void AwakeClock::watch_stops() {
  struct sigaction action {};
  if (sigaction(SIGTSTP, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) return;
  action.sa_handler = on_stop;
  action.sa_flags = SA_RESTART;
  sigaction(SIGTSTP, &action, nullptr);
}

}  // namespace zeroth::host
