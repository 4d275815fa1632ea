// Pieces of error messages.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace zeroth::attack {

/// "10000 x 28 x 28" with separator " x ".
inline std::string joined(std::span<const std::size_t> counts, const char* separator) {
  std::string text;
  for (const std::size_t count : counts) {
    if (!text.empty()) text += separator;
    text += std::to_string(count);
  }
  return text;
}

}  // namespace zeroth::attack
