// The bytes of a file from outside.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace zeroth::attack {

using Bytes = std::span<const std::uint8_t>;

/// The whole regular file.  Throws zeroth::Error, with `what_it_is` ("the test images") and
/// `parameter`, whose value the user can change, if there is none or it cannot be read.
std::vector<std::uint8_t> read_file(const std::filesystem::path& path,
                                    const std::string& what_it_is, const std::string& parameter);

}  // namespace zeroth::attack
