#include <zeroth/file.hpp>
#include <zeroth/safetensors.hpp>

#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/safetensors_bytes.hpp"
#include "support/temporary_folder.hpp"

using zeroth::Safetensors;
using zeroth::test::safetensors_bytes;

namespace {

using Bytes = std::vector<std::uint8_t>;

template <typename Word>
void append(Bytes& bytes, Word word) {
  for (std::size_t k = 0; k < sizeof word; ++k) {
    bytes.push_back(static_cast<std::uint8_t>(word >> 8 * k));
  }
}

Bytes data_of(const std::vector<double>& f64, const std::vector<float>& f32 = {}) {
  Bytes bytes;
  for (const double v : f64) append(bytes, std::bit_cast<std::uint64_t>(v));
  for (const float v : f32) append(bytes, std::bit_cast<std::uint32_t>(v));
  return bytes;
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape +
         ",\"data_offsets\":" + offsets + "}";
}

void check_refused(const Bytes& bytes, const std::string& why) {
  CHECK_THROWS_WITH(Safetensors(bytes, "some/file"),
                    ContainsSubstring("some/file: ") && ContainsSubstring(why) &&
                        ContainsSubstring("fetch or write the safetensors file again"));
}
void check_header_refused(const std::string& header, const std::string& why,
                          std::size_t data_size = 16) {
  CAPTURE(header);
  check_refused(safetensors_bytes(header, Bytes(data_size, 0)), why);
}

}  // namespace

TEST_CASE("safetensors of both precisions are read", "[safetensors]") {
  const std::string header = "{\"__metadata__\":{\"what\":\"test\"}," +
                             entry("a", "F64", "[2]", "[0,16]") + "," +
                             entry("b", "F32", "[1,2]", "[16,24]") + "}";
  const Safetensors file(safetensors_bytes(header, data_of({1.5, -2}, {0.25f, 3})), "f");
  CHECK(file.values("a", {2}) == std::vector<double>{1.5, -2});
  CHECK(file.values("b", {1, 2}) == std::vector<double>{0.25, 3});
}

TEST_CASE("a tensor that is not as asked for is refused", "[safetensors]") {
  const std::string header = "{" + entry("conv1.bias", "F64", "[2]", "[0,16]") + "," +
                             entry("count", "I64", "[1]", "[16,24]") + "}";
  const Safetensors file(safetensors_bytes(header, data_of({1, 2, 3})), "some/file");
  const auto refused = [&](const std::string& name, const std::vector<std::size_t>& shape,
                           const std::string& why) {
    CHECK_THROWS_WITH(file.values(name, shape), ContainsSubstring("some/file: ") &&
                                                    ContainsSubstring(why) &&
                                                    ContainsSubstring("fetch or write"));
  };
  refused("conv1.weight", {2}, "missing tensor conv1.weight");
  refused("conv1.bias", {2, 1}, "tensor conv1.bias has shape [2], expected [2,1]");
  refused("count", {1}, "tensor count has dtype I64, expected F64 or F32");
}

TEST_CASE("a value that is not finite is refused with its position", "[safetensors]") {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity()}) {
    const Safetensors file(
        safetensors_bytes("{" + entry("w", "F64", "[3]", "[0,24]") + "}", data_of({1, bad, 2})),
        "some/file");
    CHECK_THROWS_WITH(
        file.values("w", {3}),
        ContainsSubstring("tensor w holds a value that is not finite, at position 1"));
  }
}

TEST_CASE("a truncated safetensors file is refused at every length", "[safetensors]") {
  const Bytes whole =
      safetensors_bytes("{" + entry("w", "F64", "[2]", "[0,16]") + "}", data_of({1, 2}));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_THROWS_AS(Safetensors(Bytes(whole.begin(), whole.begin() + length), "f"), zeroth::Error);
  }
  check_refused(Bytes(5, 0), "expected at least the 8 bytes of the header's length, found 5");
}

TEST_CASE("an oversized safetensors file is refused", "[safetensors]") {
  check_header_refused("{" + entry("w", "F64", "[1]", "[0,8]") + "}",
                       "oversized: 8 bytes follow the last tensor");
}

TEST_CASE("a header longer than the file is refused", "[safetensors]") {
  for (const std::uint64_t size :
       {std::uint64_t{100}, ~std::uint64_t{0}, ~std::uint64_t{0} - 7, std::uint64_t{1} << 63}) {
    Bytes bytes;
    append(bytes, size);
    bytes.insert(bytes.end(), 20, '{');
    check_refused(bytes, "announces a header of " + std::to_string(size) + " bytes");
  }
}

TEST_CASE("a header that is no JSON object is refused", "[safetensors]") {
  for (const char* header : {"", "{", "[]", "3", "{\"a\":}", "nonsense", "{\"\xff\":1}"}) {
    check_header_refused(header, "its header is not a JSON object");
  }
  check_header_refused(std::string(100'000, '['), "not a JSON object");
}

TEST_CASE("offsets beyond the file, or in the wrong order, are refused", "[safetensors]") {
  check_header_refused("{" + entry("w", "F64", "[3]", "[0,24]") + "}",
                       "tensor w: its data_offsets [0,24] reach beyond the 16 bytes of data");
  check_header_refused("{" + entry("w", "F64", "[2]", "[16,0]") + "}", "reach beyond");
  check_header_refused(
      "{" + entry("w", "F64", "[1]", "[18446744073709551608,18446744073709551615]") + "}",
      "reach beyond");
}

TEST_CASE("a shape that does not fit its bytes is refused", "[safetensors]") {
  for (const char* shape : {"[3]", "[]", "[0]", "[4294967296,4294967296,2]",
                            "[18446744073709551615]", "[9223372036854775808,2]"}) {
    check_header_refused("{" + entry("w", "F64", shape, "[0,16]") + "}",
                         "of F64 does not fit its 16 bytes");
  }
}

TEST_CASE("entries of the wrong form are refused", "[safetensors]") {
  check_header_refused("{\"w\":3}", "has no dtype");
  check_header_refused("{\"w\":{\"dtype\":3}}", "has no dtype");
  check_header_refused("{" + entry("w", "F65", "[2]", "[0,16]") + "}", "unknown dtype F65");
  for (const char* shape : {"2", "[-2]", "[2.0]", "[\"2\"]", "[[2]]", "[1e999]"}) {
    const bool overflow = std::string(shape) == "[1e999]";  // the parser refuses it
    check_header_refused("{" + entry("w", "F64", shape, "[0,16]") + "}",
                         overflow ? "not a JSON object" : "its shape is not a list of counts");
  }
  for (const char* offsets : {"[16]", "[0,8,16]", "[-1,15]", "[0,1.6e1]", "{}"}) {
    check_header_refused("{" + entry("w", "F64", "[2]", offsets) + "}",
                         "its data_offsets are not two counts");
  }
}

TEST_CASE("tensors that overlap or leave holes are refused", "[safetensors]") {
  check_header_refused(
      "{" + entry("a", "F64", "[1]", "[0,8]") + "," + entry("b", "F64", "[2]", "[0,16]") + "}",
      "tensors overlap");
  check_header_refused(
      "{" + entry("a", "F32", "[1]", "[0,4]") + "," + entry("b", "F64", "[1]", "[8,16]") + "}",
      "there is a hole between tensors");
}

TEST_CASE("no single changed byte of a safetensors file does harm", "[safetensors]") {
  const Bytes whole =
      safetensors_bytes("{" + entry("w", "F64", "[2]", "[0,16]") + "}", data_of({1, 2}));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (const int change : {0x01, 0x20, 0x80, 0xff}) {
      Bytes bytes = whole;
      bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ change);
      try {
        Safetensors(bytes, "f").values("w", {2});
      } catch (const zeroth::Error&) {
      }
    }
  }
  SUCCEED();
}

TEST_CASE("a written safetensors file gives the same numbers back", "[safetensors]") {
  const zeroth::test::TemporaryFolder folder;
  const std::filesystem::path path = folder / "w.safetensors";
  const std::vector<double> a{0.1, -0.0, 1e-310, 1e308, 2, 3}, b{7};
  zeroth::write_safetensors(path, {{"a", {2, 3}, a}, {"b", {1}, b}}, "said \"so\"");
  const Safetensors file(zeroth::read_file(path, "", ""), "f");
  CHECK(file.values("a", {2, 3}) == a);
  CHECK(file.values("b", {1}) == b);
  CHECK(zeroth::test::read_all(path).find("said \\\"so\\\"") != std::string::npos);
  CHECK_THROWS_WITH(zeroth::write_safetensors(folder / "none" / "w", {}, ""),
                    ContainsSubstring("cannot be written"));
}
