// The bytes of a file from outside.
#pragma once

#include <zeroth/error.hpp>
#include <zeroth/library.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <system_error>
#include <vector>

namespace zeroth {

using Bytes = std::span<const std::uint8_t>;

/// The whole regular file.  Throws Error, with `what_it_is` ("the test images") and `parameter`,
/// whose value the user can change, if there is none or it cannot be read.  Tells the host that the
/// file is read.
inline std::vector<std::uint8_t> read_file(const std::filesystem::path& path,
                                           const std::string& what_it_is,
                                           const std::string& parameter) {
  const auto fail = [&](const std::string& why) {
    return Error(path.string() + ": " + why + "; set the parameter " + parameter + " to " +
                 what_it_is);
  };
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw fail("there is no such file");
  if (!std::filesystem::is_regular_file(status)) throw fail("this is not a regular file");
  const auto size = std::filesystem::file_size(path, error);
  if (error) throw fail("its size cannot be read (" + error.message() + ")");
  std::vector<std::uint8_t> bytes(size);
  std::ifstream in(path, std::ios::binary);
  if (!in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) {
    throw fail("it cannot be read; see whether you have permission to");
  }
  note_file(path.string());
  return bytes;
}

}  // namespace zeroth
