// Writes safetensors, right or wrong.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace zeroth::test {

/// The length of the header, the header, the data: nothing is checked.
inline std::vector<std::uint8_t> safetensors_bytes(const std::string& header,
                                                   const std::vector<std::uint8_t>& data) {
  std::vector<std::uint8_t> bytes;
  for (int k = 0; k < 8; ++k) {
    bytes.push_back(static_cast<std::uint8_t>(std::uint64_t{header.size()} >> 8 * k));
  }
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

struct ZeroTensor {
  std::string name;
  std::vector<std::size_t> shape;
};

/// A correct file of F32 tensors that are all zero.  metadata: a JSON object, or empty.
inline std::vector<std::uint8_t> zero_safetensors(const std::vector<ZeroTensor>& tensors,
                                                  const std::string& metadata = "") {
  std::string header = metadata.empty() ? "" : "{\"__metadata__\":" + metadata;
  std::size_t end = 0;
  for (const ZeroTensor& tensor : tensors) {
    std::string shape;
    std::size_t size = 4;
    for (const std::size_t d : tensor.shape) {
      if (!shape.empty()) shape += ',';
      shape += std::to_string(d);
      size *= d;
    }
    header += header.empty() ? "{" : ",";
    header += '"';
    header += tensor.name;
    header += "\":{\"dtype\":\"F32\",\"shape\":[";
    header += shape;
    header += "],\"data_offsets\":[";
    header += std::to_string(end);
    header += ',';
    header += std::to_string(end += size);
    header += "]}";
  }
  return safetensors_bytes((header.empty() ? "{" : header) + "}",
                           std::vector<std::uint8_t>(end, 0));
}

}  // namespace zeroth::test
