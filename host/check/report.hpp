// What `zeroth check` prints.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "check/check.hpp"

namespace zeroth::host::check {

/// For people: by group, the reason below what did not pass, and a count at the end.
std::string format(const std::vector<Result>& results, bool colours);

/// For programs: one JSON object.
std::string format_json(const std::filesystem::path& library, const std::vector<Result>& results);

/// The names of all tests and what a pass of each says.
std::string list_tests();

}  // namespace zeroth::host::check
