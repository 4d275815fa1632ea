// A fingerprint of every kind of random number, to be equal for all compilers and options.
#pragma once

#include <zeroth/random.hpp>

#include <bit>
#include <cstdint>

namespace zeroth::test {

/// FNV-1a of the little-endian bytes of the words given.
class Fingerprint {
 public:
  void add(std::uint64_t word) {
    for (int i = 0; i < 8; ++i) hash_ = (hash_ ^ (word >> (8 * i) & 0xFF)) * 0x100000001B3u;
  }
  void add(double value) { add(std::bit_cast<std::uint64_t>(value)); }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325u;
};

/// Some 260 of the million normals come from beyond the tail of the ziggurat.
inline std::uint64_t fingerprint_of_random_numbers() {
  Fingerprint print;
  Random bits(1), uniforms(2, 3), integers(0xFFFFFFFFFFFFFFFFu), normals(4, 0xFFFFFFFFFFFFFFFFu);
  for (int i = 0; i < 1000; ++i) {
    print.add(bits.bits());
    print.add(uniforms.uniform());
    print.add(integers.below(static_cast<std::uint64_t>(i) + 1));
  }
  for (int i = 0; i < 1'000'000; ++i) print.add(normals.normal());
  return print.value();
}

}  // namespace zeroth::test
