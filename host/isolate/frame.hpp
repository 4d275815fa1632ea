// What host and worker say to each other, as bytes: one frame for each call and each answer.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace zeroth::host {

/// The functions of abi.h that are called across.  What each carries stands beside it: integers;
/// reals; texts.
enum class FrameKind : std::uint32_t {
  // Host to worker.  Each is answered.
  load,            // 1 for a problem, 0 for an optimizer; ; library, id
  create,          // integer of each value; real of each; name and text of each
  destroy,         //
  solve,           // SolveNumbers; start, lower, upper;
  instance_count,  // split; ;
  open,            // split, index; ; answered with InstanceNumbers; bounds, of pictures the lowest
                   // and the highest values, the optimum; label, names and docs
  initial_point,   // seed; ;
  evaluate,        // minibatch, n; x;
  gradient,        // minibatch; x;
  measure,         // ; x;
  succeeded,       // ; x, loss;
  draw_pictures,   // ; x;
  // Worker to host, while it is in solve().  All but fail and record are answered.
  ask,            // n; x;
  iterate,        // ; x;
  fail,           // ; ; text
  extension,      // ; ; id
  record,         // ; values; name
  draw,           // n; ;
  estimate,       // ; ;
  loss_gradient,  // ; x;
  // Worker to host, at any time.  Not answered.
  log,  // level; ; line
  // Both ways: status or number first, and whatever was asked for.
  answer,
  // Worker to host, while it is in solve(): iterate, whose STOP answers the next question instead.
  iterated,  // ; x;
};
inline constexpr auto last_frame_kind = FrameKind::iterated;

/// The integers of FrameKind::solve.
struct SolveNumbers {
  std::uint64_t dimension, seed, query_budget, iteration_budget, has_lower, has_upper;
};

/// The integers of the answer to FrameKind::open: what stands in zeroth_instance and in the tables
/// of its extensions.
struct InstanceNumbers {
  std::uint64_t status, struct_size, dimension, batch_rows, has_lower, has_upper, has_gradient,
      has_success, has_metrics, has_render, pictures, channels, height, width;
  std::uint64_t optimum_reals;  // 0 where none is known, 1 without its point, or 1 + dimension
};

/// A struct of such numbers as they are sent, and back; nothing where they are fewer or more.
template <typename Numbers>
using Integers = std::array<std::uint64_t, sizeof(Numbers) / sizeof(std::uint64_t)>;
template <typename Numbers>
Integers<Numbers> integers_of(const Numbers& numbers) {
  return std::bit_cast<Integers<Numbers>>(numbers);
}
template <typename Numbers>
std::optional<Numbers> numbers_from(std::span<const std::uint64_t> integers) {
  Integers<Numbers> sent;
  if (integers.size() != sent.size()) return std::nullopt;
  std::copy(integers.begin(), integers.end(), sent.begin());
  return std::bit_cast<Numbers>(sent);
}

/// A frame that was received.  Borrows from the bytes it was decoded from.
struct Frame {
  FrameKind kind = FrameKind::answer;
  std::span<const std::uint64_t> integers;
  std::span<const double> reals;
  std::vector<std::string_view> texts;
};

/// A frame to be sent.  Borrows everything.
struct Outgoing {
  FrameKind kind;
  std::span<const std::uint64_t> integers = {};
  std::initializer_list<std::span<const double>> reals = {};  // one after the other
  std::span<const std::string_view> texts = {};
};

/// Comes first; then integers, reals, the lengths of the texts, and the texts, padded to 8 bytes.
struct FrameHeader {
  std::uint32_t kind = 0, text_count = 0;
  std::uint64_t integer_count = 0, real_count = 0, text_bytes = 0;
};
static_assert(sizeof(FrameHeader) == 32);

/// Of one frame; what is longer is refused on both sides.
inline constexpr std::uint64_t most_frame_bytes = std::uint64_t{1} << 30;

/// Bytes after the header.  Nothing for an unknown kind or a frame that is too long.
std::optional<std::size_t> body_size(const FrameHeader& header);

/// A whole frame, header first.  bytes: of any origin; at an address that is a multiple of 8.
/// Nothing when it is no frame.
std::optional<Frame> decode(std::span<const std::byte> bytes);

FrameHeader header_of(const Outgoing& frame);

/// put(pointer, bytes) for each piece of the frame, in order.
template <typename Put>
void encode(const Outgoing& frame, const Put& put) {
  const FrameHeader header = header_of(frame);
  put(&header, sizeof header);
  put(frame.integers.data(), frame.integers.size_bytes());
  for (const std::span<const double> part : frame.reals) put(part.data(), part.size_bytes());
  for (const std::string_view text : frame.texts) {
    const std::uint64_t length = text.size();
    put(&length, sizeof length);
  }
  for (const std::string_view text : frame.texts) put(text.data(), text.size());
  constexpr char padding[8] = "";
  put(padding, (8 - header.text_bytes % 8) % 8);
}

}  // namespace zeroth::host
