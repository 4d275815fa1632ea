#include "isolate/link.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <ctime>
#include <utility>

namespace zeroth::host {
namespace {

constexpr std::size_t line = 64;            // bytes of a cache line
constexpr std::size_t portion = 32'768;     // bytes copied before the other side is told
constexpr std::uint32_t hopeful_wait = 16;  // every so many waits are patient again
constexpr std::uint32_t reader = 0, writer = 1;

inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Until the waker has written another number and called, or for 10 ms.
void sleep_while_one(const std::atomic<std::uint32_t>& asleep) {
  static_assert(sizeof asleep == sizeof(std::uint32_t));
  const timespec longest{0, 10'000'000};
  syscall(SYS_futex, &asleep, FUTEX_WAIT, 1, &longest, nullptr, 0);
}

}  // namespace

// Counts only grow.  Each side keeps its own in private and never reads it from here.
struct Link::Ring {
  static constexpr std::size_t capacity = memory_bytes / 2 - 3 * line;
  alignas(line) std::atomic<std::uint64_t> written{0};
  alignas(line) std::atomic<std::uint64_t> read{0};
  alignas(line) std::array<std::atomic<std::uint32_t>, 2> asleep{};  // reader, writer
  alignas(line) std::array<std::byte, capacity> bytes;
};

Link::Link(void* memory, Side side, std::chrono::microseconds patience, Sleepy sleepy)
    : out_(static_cast<Ring*>(memory)),
      in_(out_ + 1),
      sleepy_(std::move(sleepy)),
      most_patience_(static_cast<double>(patience.count())) {
  patience_.fill(most_patience_);
  static_assert(sizeof(Ring) * 2 == memory_bytes);
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  if (side == Side::worker) std::swap(out_, in_);
}

void Link::send(const Outgoing& frame) {
  enqueue(frame);
  publish();
}

void Link::enqueue(const Outgoing& frame) {
  if (!body_size(header_of(frame)))
    throw std::length_error("more than 1 GiB at once crosses to no other process");
  encode(frame, [this](const void* bytes, std::size_t count) { put(bytes, count); });
  out_->written.store(written_, std::memory_order_release);  // there, should we die before send()
}

Frame Link::receive() {
  received_.resize(sizeof(FrameHeader));
  get(received_.data(), received_.size());
  FrameHeader header;
  std::memcpy(&header, received_.data(), sizeof header);
  const std::optional<std::size_t> size = body_size(header);
  if (!size) throw LinkBroken("sent what is no frame");
  // Memory is taken as the bytes come, not as the header promises.
  for (std::size_t left = *size; left > 0;) {
    const std::size_t have = received_.size(), more = std::min(left, std::max(have, portion));
    received_.resize(have + more);
    get(received_.data() + have, more);
    left -= more;
  }
  std::optional<Frame> frame = decode(received_);
  if (!frame) throw LinkBroken("sent what is no frame");
  return std::move(*frame);
}

void Link::put(const void* bytes, std::size_t count) {
  const auto* from = static_cast<const std::byte*>(bytes);
  while (count > 0) {
    const auto room = [this] {
      const std::uint64_t used = written_ - out_->read.load(std::memory_order_seq_cst);
      if (used > Ring::capacity) throw LinkBroken("wrote into memory that is not its own");
      return Ring::capacity - used;
    };
    if (room() == 0) {
      publish();
      wait([&] { return room() > 0; }, writer);
    }
    const std::size_t at = written_ % Ring::capacity;
    const std::size_t n = std::min<std::size_t>({count, room(), Ring::capacity - at, portion});
    std::memcpy(&out_->bytes[at], from, n);
    written_ += n;
    from += n;
    count -= n;
    if (written_ - published_ >= portion) publish();  // it is read while we go on
  }
}

void Link::publish() {
  if (published_ == written_) return;
  published_ = written_;
  out_->written.store(written_, std::memory_order_seq_cst);
  if (out_->asleep[reader].load(std::memory_order_seq_cst) != 0) wake(reader);
}

void Link::get(std::byte* bytes, std::size_t count) {
  while (count > 0) {
    const auto available = [this] {
      const std::uint64_t n = in_->written.load(std::memory_order_seq_cst) - read_;
      if (n > Ring::capacity) throw LinkBroken("wrote into memory that is not its own");
      return n;
    };
    if (available() == 0) wait([&] { return available() > 0; }, reader);
    const std::size_t at = read_ % Ring::capacity;
    const std::size_t n = std::min<std::size_t>({count, available(), Ring::capacity - at});
    std::memcpy(bytes, &in_->bytes[at], n);
    read_ += n;
    in_->read.store(read_, std::memory_order_seq_cst);
    if (in_->asleep[writer].load(std::memory_order_seq_cst) != 0) wake(writer);
    bytes += n;
    count -= n;
  }
}

// sleeper  what we wait as: reader of in_, or writer of out_.
template <typename Ready>
void Link::wait(const Ready& ready, std::uint32_t sleeper) {
  using Clock = std::chrono::steady_clock;
  double& patience = patience_[sleeper];
  if (patience > 0) {
    if (++waits_[sleeper] % hopeful_wait == 0) patience = most_patience_;
    const auto until = Clock::now() + std::chrono::nanoseconds(std::int64_t(1e3 * patience));
    do {
      for (int i = 0; i < 16; ++i) {
        if (ready()) {
          patience = most_patience_;
          return;
        }
        relax();
      }
    } while (Clock::now() < until);
    patience = std::max(1.0, patience / 2);
  }
  auto& asleep = (sleeper == reader ? in_ : out_)->asleep[sleeper];
  for (;;) {
    asleep.store(1, std::memory_order_seq_cst);
    if (ready()) break;
    sleepy_();
    if (ready()) break;
    sleep_while_one(asleep);
  }
  asleep.store(0, std::memory_order_seq_cst);
}

void Link::wake(std::uint32_t sleeper) const {
  auto& asleep = (sleeper == reader ? out_ : in_)->asleep[sleeper];
  if (asleep.exchange(0, std::memory_order_seq_cst) != 0)
    syscall(SYS_futex, &asleep, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

}  // namespace zeroth::host
