#include "isolate/frame.hpp"

namespace zeroth::host {

std::optional<std::size_t> body_size(const FrameHeader& header) {
  constexpr std::uint64_t most_words = most_frame_bytes / 8;
  if (header.kind > static_cast<std::uint32_t>(last_frame_kind)) return std::nullopt;
  if (header.integer_count > most_words || header.real_count > most_words ||
      header.text_bytes > most_frame_bytes) {
    return std::nullopt;
  }
  const std::uint64_t words =
      header.integer_count + header.real_count + header.text_count + (header.text_bytes + 7) / 8;
  if (words > most_words) return std::nullopt;
  return words * 8;
}

std::optional<Frame> decode(std::span<const std::byte> bytes) {
  FrameHeader header;
  if (bytes.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  const std::optional<std::size_t> size = body_size(header);
  if (!size || bytes.size() != sizeof header + *size) return std::nullopt;
  const std::byte* at = bytes.data() + sizeof header;
  Frame frame;
  frame.kind = static_cast<FrameKind>(header.kind);
  frame.integers = {reinterpret_cast<const std::uint64_t*>(at), header.integer_count};
  at += frame.integers.size_bytes();
  frame.reals = {reinterpret_cast<const double*>(at), header.real_count};
  at += frame.reals.size_bytes();
  const std::span lengths(reinterpret_cast<const std::uint64_t*>(at),
                          std::size_t{header.text_count});
  at += lengths.size_bytes();
  std::uint64_t left = header.text_bytes;
  frame.texts.reserve(lengths.size());
  for (const std::uint64_t length : lengths) {
    if (length > left) return std::nullopt;
    left -= length;
    frame.texts.emplace_back(reinterpret_cast<const char*>(at), length);
    at += length;
  }
  if (left != 0) return std::nullopt;
  return frame;
}

FrameHeader header_of(const Outgoing& frame) {
  FrameHeader header;
  header.kind = static_cast<std::uint32_t>(frame.kind);
  header.text_count = static_cast<std::uint32_t>(frame.texts.size());
  header.integer_count = frame.integers.size();
  for (const std::span<const double> part : frame.reals) header.real_count += part.size();
  for (const std::string_view text : frame.texts) header.text_bytes += text.size();
  return header;
}

}  // namespace zeroth::host
