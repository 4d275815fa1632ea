// Numbers as people write them.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <string>

namespace zeroth::host {

/// The double nearest to digit * 10^exponent, as a reader of "2e-3" gets it.
inline double decimal(int digit, int exponent) {
  const std::string text = fmt::format("{}e{}", digit, exponent);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace zeroth::host
