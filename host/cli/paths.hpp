// Where things are: what is installed beside the program, and what path parameters mean.
#pragma once

#include <filesystem>
#include <string>

#include "plan/plan.hpp"

namespace zeroth::host {

/// What is installed beside the program: experiments, weights.
std::filesystem::path share_folder();

/// Throws UserError for a file that is not there.  shipped: one of the share folder that could be
/// named.
void refuse_missing(const std::string& file, const char* shipped);

/// The template of the SDK, which may not be installed.
std::filesystem::path template_folder();

/// Of its contents; empty for what is no file.
std::string fingerprint_of(const std::filesystem::path& path);

/// A relative path is looked for beside `file`, then in the share folder; where it is at neither
/// place, it is beside the file.  A default is looked for in the share folder first.
ResolvePath resolve_beside(const std::filesystem::path& file);

}  // namespace zeroth::host
