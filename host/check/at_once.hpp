// Several threads in a plugin at once.
#pragma once

#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "check/finding.hpp"

namespace zeroth::host::check {

/// Where runs wait until so many have come.
class Meeting {
 public:
  Meeting(std::size_t expected, std::chrono::duration<double> patience)
      : expected_(expected), patience_(patience) {}
  /// False when the others are late.
  bool wait() {
    std::unique_lock lock(mutex_);
    arrive();
    return all_there_.wait_for(lock, patience_, [this] { return come_ >= expected_; });
  }
  /// For one that will not come.
  void go_on_without() {
    const std::lock_guard lock(mutex_);
    arrive();
  }

 private:
  void arrive() {  // locked
    if (++come_ == expected_) all_there_.notify_all();
  }
  const std::size_t expected_;
  const std::chrono::duration<double> patience_;
  std::size_t come_ = 0;
  std::mutex mutex_;
  std::condition_variable all_there_;
};

/// What every thread does again and again, all at once: for 0.3 s, and three times at least.  A
/// thread that is done with its calls goes on with others until 1 ms is over, so that calls overlap
/// however short they are.  call(t) throws Ended, which ends all.
inline void race(const std::function<void(int)>& call) {
  using Clock = std::chrono::steady_clock;
  constexpr int threads = 4;
  std::array<std::string, threads> wrong;
  std::atomic<bool> failed{false};
  bool goes_on = true;  // decided while all wait
  Clock::time_point round_end;
  const Clock::time_point end = Clock::now() + std::chrono::milliseconds(300);
  std::barrier all_there(threads, [&, rounds = 0]() mutable noexcept {
    goes_on = !failed && (rounds++ < 3 || Clock::now() < end);
    round_end = Clock::now() + std::chrono::milliseconds(1);
  });
  const auto next_round = [&] {
    all_there.arrive_and_wait();
    return goes_on;
  };
  const auto work = [&](int t) {
    while (next_round()) {
      try {
        do {
          call(t);
        } while (!failed && Clock::now() < round_end);
      } catch (const Ended& ended) {
        wrong[t] = ended.finding.reason;
        failed = true;
      }
    }
  };
  std::vector<std::thread> crew;
  crew.reserve(threads);
  for (int t = 0; t < threads; ++t) crew.emplace_back(work, t);
  for (std::thread& thread : crew) thread.join();
  for (const std::string& each : wrong) {
    if (!each.empty()) fail(each);
  }
}

}  // namespace zeroth::host::check
