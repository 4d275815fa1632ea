// What the path parameters of an experiment mean.
#pragma once

#include <filesystem>

#include "plan/plan.hpp"

namespace zeroth::host {

/// What is installed beside the program: experiments, weights.
std::filesystem::path share_folder();

/// A relative path is looked for beside `file`, then in the share folder; where it is at neither
/// place, it is beside the file.
ResolvePath resolve_beside(const std::filesystem::path& file);

}  // namespace zeroth::host
