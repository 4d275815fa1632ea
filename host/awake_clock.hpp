// The time in which this process was not stopped by Ctrl-Z.
#pragma once

#include <chrono>

namespace zeroth::host {

/// std::chrono::steady_clock, which stands still while the process is stopped by SIGTSTP.
/// A limit or a budget in seconds is of this time.
struct AwakeClock {
  using duration = std::chrono::steady_clock::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<AwakeClock, duration>;
  static constexpr bool is_steady = true;

  static time_point now() noexcept;  // threads: any
  /// From now on stops count.  Once, before there are threads.  Not where SIGTSTP is ignored.
  static void watch_stops();
};

}  // namespace zeroth::host
