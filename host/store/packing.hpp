// Numbers as bytes: rows of 8 bytes a number, little-endian.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "store/statement.hpp"

namespace zeroth::host {

class Packer {
 public:
  explicit Packer(std::size_t numbers) { bytes_.reserve(8 * numbers); }
  void put(std::uint64_t v) {
    for (int shift = 0; shift < 64; shift += 8) bytes_.push_back(static_cast<char>(v >> shift));
  }
  void put(double v) { put(std::bit_cast<std::uint64_t>(v)); }
  Blob blob() { return {std::move(bytes_)}; }

 private:
  std::string bytes_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string bytes) : bytes_(std::move(bytes)) {}
  std::size_t size() const { return bytes_.size() / 8; }
  std::uint64_t integer(std::size_t number) const {
    std::uint64_t v = 0;
    for (std::size_t i = 0; i < 8; ++i)
      v |= std::uint64_t{static_cast<unsigned char>(bytes_[8 * number + i])} << (8 * i);
    return v;
  }
  double real(std::size_t number) const { return std::bit_cast<double>(integer(number)); }

 private:
  std::string bytes_;
};

inline Blob pack_values(const std::vector<double>& values) {
  Packer packer(values.size());
  for (const double value : values) packer.put(value);
  return packer.blob();
}

inline std::vector<double> unpack_values(std::string bytes) {
  const Unpacker from(std::move(bytes));
  std::vector<double> values(from.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = from.real(i);
  return values;
}

}  // namespace zeroth::host
