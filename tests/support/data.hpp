// Where the real data is: $ZEROTH_DATA, or ../shared/data beside the checkout.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "support/catch.hpp"

namespace zeroth::test {

inline std::optional<std::filesystem::path> data_folder() {
  if (const char* set = std::getenv("ZEROTH_DATA")) {
    if (std::filesystem::is_directory(set)) return set;
  }
  const auto beside = std::filesystem::path(ZEROTH_SOURCE_DIR) / ".." / "shared" / "data";
  if (std::filesystem::is_directory(beside)) return std::filesystem::canonical(beside);
  return std::nullopt;
}

}  // namespace zeroth::test

/// Declares the path `name`, or says that the test case is skipped and leaves it.
#define ZEROTH_DATA_OR_SKIP(name)                                                          \
  const auto name##_found = ::zeroth::test::data_folder();                                 \
  if (!name##_found) {                                                                     \
    WARN("skipped: no real data at ../shared/data, and ZEROTH_DATA does not point to it"); \
    SUCCEED();                                                                             \
    return;                                                                                \
  }                                                                                        \
  const std::filesystem::path name = *name##_found
