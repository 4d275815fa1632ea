// The memory that a worker shares with the host: it may write there what it likes, when it likes.
#include "isolate/link.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "fuzz.hpp"

using namespace zeroth;

namespace {

// Of a ring, as link.cpp lays it out; the host writes to the first and reads from the second.
constexpr std::size_t half = host::Link::memory_bytes / 2, written_at = 0, read_at = 64,
                      asleep_at = 128, bytes_at = 192;

std::uint8_t* shared_memory() {
  void* at = mmap(nullptr, host::Link::memory_bytes, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  fuzz::require(at != MAP_FAILED);
  return static_cast<std::uint8_t*>(at);
}

}  // namespace

// Each turn of the worker: the counts of both rings, 8 bytes each, then the bytes that it puts into
// its own, after their length.  The host takes its turn after the first, and after each that it
// has to wait for.  Counts that lie may make thousands of empty frames of the rest of a ring.
constexpr int most_frames = 64;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // One for all inputs: to clear it takes as long as to map it.
  static std::uint8_t* const memory = shared_memory();
  fuzz::Input input(data, size);
  std::uint64_t put = 0;
  const auto turn = [&] {
    std::array<std::uint64_t, 2> counts{};
    const auto header = input.take(sizeof counts);
    if (header.size() < sizeof counts) throw host::LinkBroken("end of the input");
    std::memcpy(counts.data(), header.data(), sizeof counts);
    const auto bytes = input.take(input.byte());
    std::memcpy(memory + half + bytes_at + put, bytes.data(), bytes.size());
    put += bytes.size();
    for (std::size_t ring = 0; ring < 2; ++ring)  // wakes the host
      std::memset(memory + ring * half + asleep_at, 0, 8);
    std::memcpy(memory + half + written_at, &counts[0], 8);
    std::memcpy(memory + read_at, &counts[1], 8);
  };
  for (std::size_t ring = 0; ring < 2; ++ring)
    std::memset(memory + ring * half, 0, bytes_at + size);
  try {
    host::Link link(memory, host::Link::Side::host, {}, turn);
    turn();
    for (int frames = 0; frames < most_frames; ++frames) {
      const host::Frame frame = link.receive();
      fuzz::require(frame.kind <= host::last_frame_kind);
      link.send({host::FrameKind::answer, frame.integers, {frame.reals}, frame.texts});
    }
  } catch (const host::LinkBroken&) {
  }
  return 0;
}
