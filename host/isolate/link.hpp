// Two processes that send each other frames through memory they share.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <vector>

#include "isolate/frame.hpp"

namespace zeroth::host {

/// The other side ended, or broke the rules.
class LinkBroken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One end.  A ring of bytes for each direction is in the shared memory.  Whoever waits looks at it
/// while its patience lasts, and then sleeps until the other side wakes it (a futex).
/// All that is received is copied out of the shared memory before it is looked at.
/// Threads: one; on the worker's side several may send and enqueue under a lock.
class Link {
 public:
  enum class Side { host, worker };
  static constexpr std::size_t memory_bytes = std::size_t{1} << 19;

  /// Called before sleep, which ends after 10 ms at the latest; throws to give up.
  using Sleepy = std::function<void()>;

  /// memory    shared, memory_bytes, zero before both sides look at it.
  /// patience  to look before sleeping, where that has been worth it of late.
  Link(void* memory, Side side, std::chrono::microseconds patience, Sleepy sleepy);

  /// Throws LinkBroken, std::length_error for a frame that is too long, or what sleepy throws.
  void send(const Outgoing& frame);
  /// The same, but the other side may not see it before the next send().
  void enqueue(const Outgoing& frame);
  /// Valid until the next receive().  Throws as send.
  Frame receive();

 private:
  struct Ring;
  void put(const void* bytes, std::size_t count);
  void get(std::byte* bytes, std::size_t count);
  void publish();
  template <typename Ready>
  void wait(const Ready& ready, std::uint32_t sleeper);
  void wake(std::uint32_t sleeper) const;

  Ring *out_, *in_;
  const Sleepy sleepy_;
  std::uint64_t written_ = 0, published_ = 0, read_ = 0;  // our own counts, in bytes
  const double most_patience_;                            // microseconds
  // As reader and as writer, which may be two threads.
  std::array<double, 2> patience_;
  std::array<std::uint32_t, 2> waits_{};
  std::vector<std::byte> received_;
};

}  // namespace zeroth::host
