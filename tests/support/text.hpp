// Looks into texts that a program has printed.
#pragma once

#include <string>

namespace zeroth::test {

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace zeroth::test
