#include "adversarial_attack/idx.hpp"

#include <zeroth/error.hpp>

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>

#include "adversarial_attack/message.hpp"

namespace zeroth::attack {
namespace {

constexpr std::size_t largest_array = std::size_t{1} << 30;

[[noreturn]] void fail(const std::string& file, const std::string& what) {
  throw Error(file + ": " + what + "; fetch the file again, or name another");
}

/// The bytes of a file, one after the other, unpacked on the way.
class Source {
 public:
  Source(Bytes bytes, const std::string& file) : rest_(bytes), file_(file) {
    packed_ = bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
    // 16 + the largest window: the gzip format.
    if (packed_ && inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~Source() {
    if (packed_) inflateEnd(&stream_);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  /// Fills `to` as far as there are bytes; returns how many.
  std::size_t read(std::span<std::uint8_t> to) {
    if (packed_) return unpack(to);
    const std::size_t count = std::min(to.size(), rest_.size());
    std::copy_n(rest_.begin(), count, to.begin());
    rest_ = rest_.subspan(count);
    return count;
  }

 private:
  std::size_t unpack(std::span<std::uint8_t> to) {
    constexpr std::size_t most = std::numeric_limits<uInt>::max();
    std::size_t done = 0;
    while (done < to.size() && !ended_) {
      stream_.next_in = const_cast<Bytef*>(rest_.data());
      stream_.avail_in = static_cast<uInt>(std::min(rest_.size(), most));
      stream_.next_out = to.data() + done;
      stream_.avail_out = static_cast<uInt>(std::min(to.size() - done, most));
      const uInt in = stream_.avail_in, out = stream_.avail_out;
      const int answer = inflate(&stream_, Z_NO_FLUSH);
      rest_ = rest_.subspan(in - stream_.avail_in);
      done += out - stream_.avail_out;
      if (answer == Z_STREAM_END) {
        if (!rest_.empty()) {
          fail(file_, std::to_string(rest_.size()) + " bytes follow the end of the gzip data");
        }
        ended_ = true;
      } else if (answer == Z_BUF_ERROR) {
        fail(file_, "the gzip data is truncated");
      } else if (answer == Z_MEM_ERROR) {
        throw std::bad_alloc();
      } else if (answer != Z_OK) {
        fail(file_, "the gzip data is damaged");
      }
    }
    return done;
  }

  Bytes rest_;
  const std::string& file_;
  bool packed_ = false, ended_ = false;
  z_stream stream_{};
};

std::string hexadecimal(std::span<const std::uint8_t> bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (!text.empty()) text += ' ';
    text += {digits[byte >> 4], digits[byte & 15]};
  }
  return text;
}

}  // namespace

IdxArray parse_idx(Bytes bytes, std::size_t rank, const std::string& file) {
  Source source(bytes, file);
  const std::uint8_t magic[4] = {0, 0, 8, static_cast<std::uint8_t>(rank)};  // 8: unsigned byte
  std::vector<std::uint8_t> header(4 + 4 * rank);
  const std::size_t got = source.read(header);
  if (got >= 4 && !std::equal(magic, magic + 4, header.begin())) {
    fail(file, "not an IDX file of unsigned bytes with " + std::to_string(rank) +
                   " dimensions: it starts with " + hexadecimal({header.data(), 4}) +
                   ", expected " + hexadecimal(magic));
  }
  if (got < header.size()) {
    fail(file, "truncated: the IDX header has " + std::to_string(header.size()) + " bytes, found " +
                   std::to_string(got));
  }

  IdxArray array;
  std::size_t expected = 1;
  for (std::size_t i = 0; i < rank; ++i) {
    std::size_t d = 0;
    for (std::size_t k = 0; k < 4; ++k) d = d << 8 | header[4 + 4 * i + k];  // big endian
    array.dimensions.push_back(d);
  }
  for (const std::size_t d : array.dimensions) {
    if (d == 0 || d > largest_array / expected) {
      fail(file, "the header asks for " + joined(array.dimensions, " x ") +
                     " bytes, expected between 1 and " + std::to_string(largest_array));
    }
    expected *= d;
  }

  // In pieces: what a header promises is allocated as far as the bytes arrive.
  constexpr std::size_t piece = std::size_t{1} << 16;
  std::size_t found = 0;
  do {
    array.values.resize(std::min(expected, found + std::max(piece, found)));
    found += source.read(std::span(array.values).subspan(found));
  } while (found == array.values.size() && found < expected);
  std::uint8_t beyond[1];
  const bool oversized = found == expected && source.read(beyond) > 0;
  if (found < expected || oversized) {
    fail(file, std::string(oversized ? "oversized" : "truncated") + ": the header says " +
                   joined(array.dimensions, " x ") + " = " + std::to_string(expected) +
                   " bytes of data, found " + (oversized ? "more" : std::to_string(found)));
  }
  return array;
}

}  // namespace zeroth::attack
