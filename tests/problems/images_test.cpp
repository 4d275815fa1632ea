#include "adversarial_attack/images.hpp"

#include <zeroth/error.hpp>

#include <vector>

#include "support/catch.hpp"

using zeroth::attack::Images;
using zeroth::attack::parse_cifar10;

namespace {

constexpr std::size_t record = 3073;

/// Records whose pixels count up from their label.
std::vector<std::uint8_t> records(const std::vector<std::uint8_t>& labels) {
  std::vector<std::uint8_t> bytes;
  for (const std::uint8_t label : labels) {
    for (std::size_t i = 0; i < record; ++i) bytes.push_back(static_cast<std::uint8_t>(label + i));
  }
  return bytes;
}

}  // namespace

TEST_CASE("a file of CIFAR-10 is its labels and its pixels, and files add up", "[images]") {
  Images images;
  parse_cifar10(records({3, 9}), "a.bin", images);
  parse_cifar10(records({0}), "b.bin", images);
  CHECK(images.count() == 3);
  CHECK(images.labels == std::vector<std::uint8_t>{3, 9, 0});
  CHECK(images.shape.channels == 3);
  CHECK(images.shape.height == 32);
  CHECK(images.shape.width == 32);
  REQUIRE(images.pixels.size() == 3 * 3072);
  CHECK(images.pixels[0] == 4);
  CHECK(images.pixels[3071] == static_cast<std::uint8_t>(3 + 3072));
  CHECK(images.pixels[3072] == 10);
  CHECK(images.pixels[2 * 3072] == 1);
}

TEST_CASE("a file that is not CIFAR-10 is refused and adds nothing", "[images]") {
  Images images;
  parse_cifar10(records({1}), "a.bin", images);
  const Images before = images;
  auto cut = records({1, 2});
  cut.pop_back();
  CHECK_THROWS_WITH(parse_cifar10({}, "b.bin", images),
                    ContainsSubstring("b.bin: its 0 bytes are no whole number of records of 3073"));
  CHECK_THROWS_WITH(parse_cifar10(cut, "b.bin", images),
                    ContainsSubstring("b.bin: its 6145 bytes"));
  CHECK_THROWS_WITH(parse_cifar10(records({1, 10}), "b.bin", images),
                    ContainsSubstring("b.bin: record 1 has the label 10, expected 0 to 9") &&
                        ContainsSubstring("set the parameter images"));
  CHECK(images.labels == before.labels);
  CHECK(images.pixels == before.pixels);
}
