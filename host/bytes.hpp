// Whole files.
#pragma once

#include <filesystem>
#include <string>

namespace zeroth::host {

/// Throws std::runtime_error that names the file and the reason.
std::string read_bytes(const std::filesystem::path& file);
/// On disk when it returns.  Throws as read_bytes does.
void write_bytes(const std::filesystem::path& file, const std::string& bytes);

}  // namespace zeroth::host
