// safetensors: named tensors in one file.
// Layout: u64 little endian N; N bytes of JSON {name: {dtype, shape, data_offsets}}; data, without
// holes.  Source: https://github.com/huggingface/safetensors, "Format".
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "adversarial_attack/file.hpp"

namespace zeroth::attack {

/// A parsed file; owns its bytes.
class Safetensors {
 public:
  /// Checks everything but the numbers: header, types, shapes, offsets (inside the file, of the
  /// size of the shape, without overlap or hole).  Memory stays in proportion to the bytes.  Throws
  /// zeroth::Error that starts with `file` and says what is wrong and what to do.
  Safetensors(std::vector<std::uint8_t> bytes, std::string file);

  /// The values of a tensor, row-major, converted from F64 or F32.  Throws zeroth::Error if there
  /// is none of this name, shape and type, or if a value is not finite.
  std::vector<double> values(const std::string& name, const std::vector<std::size_t>& shape) const;

  const std::string& file() const { return file_; }

 private:
  struct Tensor {
    std::string dtype;
    std::vector<std::size_t> shape;
    std::size_t begin, end;  // in bytes_
  };
  [[noreturn]] void fail(const std::string& what) const;
  void read_header(std::size_t header_size);
  void check_layout(std::size_t data_begin) const;

  std::vector<std::uint8_t> bytes_;
  std::string file_;
  std::map<std::string, Tensor> tensors_;
};

}  // namespace zeroth::attack
