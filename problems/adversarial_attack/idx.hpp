// IDX, the format of MNIST: arrays of unsigned bytes, plain or gzip.
// Source: LeCun, Cortes, Burges, "The MNIST database", file formats.
#pragma once

#include <zeroth/file.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace zeroth::attack {

struct IdxArray {
  std::vector<std::size_t> dimensions;  // as the header says; none is 0
  std::vector<std::uint8_t> values;     // their product, row-major
};

/// Reads IDX bytes (gzip is recognised).  They must hold exactly one array of unsigned bytes with
/// `rank` dimensions and at most 1 GiB.  Whatever the bytes, memory stays in proportion to them.
/// Throws zeroth::Error that starts with `file` and says what was expected, what was found and what
/// to do.
IdxArray parse_idx(Bytes bytes, std::size_t rank, const std::string& file);

}  // namespace zeroth::attack
