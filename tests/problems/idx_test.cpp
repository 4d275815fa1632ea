#include "adversarial_attack/idx.hpp"

#include <zlib.h>
#include <zeroth/error.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "support/catch.hpp"

using zeroth::attack::parse_idx;

namespace {

using Byte = std::uint8_t;

std::vector<Byte> images() {  // 2 images of 2 x 3
  return {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
}

std::vector<Byte> gzip(std::vector<Byte> plain) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::vector<Byte> packed(deflateBound(&stream, plain.size()) + 64);
  stream.next_in = plain.data();
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

void check_refused(const std::vector<Byte>& bytes, const std::string& why) {
  CHECK_THROWS_WITH(parse_idx(bytes, 3, "some/file"),
                    ContainsSubstring("some/file: ") && ContainsSubstring(why) &&
                        ContainsSubstring("fetch the file again"));
}

}  // namespace

TEST_CASE("an IDX file is read plain and packed", "[idx]") {
  for (const auto& bytes : {images(), gzip(images())}) {
    const auto array = parse_idx(bytes, 3, "f");
    CHECK(array.dimensions == std::vector<std::size_t>{2, 2, 3});
    CHECK(array.values == std::vector<Byte>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  }
}

TEST_CASE("a large IDX file is read whole", "[idx]") {
  std::vector<Byte> bytes{0, 0, 8, 1, 0, 0x40, 0, 1};  // 2^22 + 1 values
  for (std::size_t i = 0; i <= std::size_t{1} << 22; ++i) {
    bytes.push_back(static_cast<Byte>(i * 2654435761u >> 13));
  }
  const std::vector<Byte> values(bytes.begin() + 8, bytes.end());
  CHECK(parse_idx(bytes, 1, "f").values == values);
  CHECK(parse_idx(gzip(bytes), 1, "f").values == values);
}

TEST_CASE("a truncated IDX file is refused at every length", "[idx]") {
  for (const auto& whole : {images(), gzip(images())}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const std::vector<Byte> cut(whole.begin(), whole.begin() + length);
      CAPTURE(length);
      check_refused(cut, "truncated");
    }
  }
}

TEST_CASE("an oversized IDX file is refused", "[idx]") {
  auto bytes = images();
  bytes.push_back(0);
  check_refused(bytes, "oversized: the header says 2 x 2 x 3 = 12 bytes of data, found more");
  check_refused(gzip(bytes), "oversized");
  auto packed = gzip(images());
  packed.push_back(0);
  check_refused(packed, "follow the end of the gzip data");
}

TEST_CASE("an IDX file of another kind is refused with both magic numbers", "[idx]") {
  auto bytes = images();
  bytes[3] = 1;
  check_refused(bytes, "it starts with 00 00 08 01, expected 00 00 08 03");
  bytes = images();
  bytes[2] = 0x0d;  // floats
  check_refused(bytes, "it starts with 00 00 0d 03, expected 00 00 08 03");
}

TEST_CASE("an IDX header that asks for more than there can be is refused", "[idx]") {
  for (const std::size_t dimension : {4, 8, 12}) {
    auto bytes = images();
    for (std::size_t k = 0; k < 4; ++k) bytes[dimension + k] = 0xff;
    check_refused(bytes, "the header asks for");
    check_refused(gzip(bytes), "the header asks for");
    for (std::size_t k = 0; k < 4; ++k) bytes[dimension + k] = 0;
    check_refused(bytes, "the header asks for");
  }
}

TEST_CASE("damaged gzip data is refused", "[idx]") {
  const auto packed = gzip(images());
  for (std::size_t i = 10; i < packed.size(); ++i) {  // behind the gzip header
    auto bytes = packed;
    bytes[i] ^= 0x55;
    CAPTURE(i);
    CHECK_THROWS_AS(parse_idx(bytes, 3, "f"), zeroth::Error);
  }
}
