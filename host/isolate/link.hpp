// Two processes that send each other frames through memory they share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <vector>

#include "isolate/frame.hpp"

namespace zeroth::host {

/// The other side closed the connection, ended, or broke the rules.
class LinkBroken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One end.  A ring of bytes for each direction is in the shared memory.  Whoever waits looks at it
/// for some microseconds, and then sleeps until a byte on the socket wakes it.
/// All that is received is copied out of the shared memory before it is looked at.
/// Threads: one; send() of the worker's side may be called under a lock by several.
class Link {
 public:
  enum class Side { host, worker };
  static constexpr std::size_t memory_bytes = std::size_t{1} << 19;

  /// Waits until the socket may be read or for as long as it likes, and throws to give up.
  using Sleep = std::function<void()>;

  /// socket  connected, closed by the caller; the other end closed means that the other side is
  /// gone.  memory  shared, memory_bytes, zero before both sides look at it.
  Link(int socket, void* memory, Side side, Sleep sleep);

  /// Throws LinkBroken, std::length_error for a frame that is too long, or what sleep throws.
  void send(const Outgoing& frame);
  /// Valid until the next receive().  Throws as send.
  Frame receive();

 private:
  struct Ring;
  void put(const void* bytes, std::size_t count);
  void get(std::byte* bytes, std::size_t count);
  void publish();
  template <typename Ready>
  void wait(const Ready& ready, std::uint32_t sleeper);
  bool still_connected() const;
  void wake(std::uint32_t sleeper) const;

  const int socket_;
  Ring *out_, *in_;
  const Sleep sleep_;
  std::uint64_t written_ = 0, published_ = 0, read_ = 0;  // our own counts, in bytes
  // As reader and as writer, which may be two threads.
  std::array<double, 2> patience_;  // microseconds to look before sleeping
  std::array<std::uint32_t, 2> waits_{};
  std::vector<std::byte> received_;
};

}  // namespace zeroth::host
