// Suggestions for mistyped names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zeroth::host {

/// The candidate fewest edits away from name (insert, delete, replace, swap neighbours), if that is
/// at most a third of its letters, and at least 2.
std::optional<std::string> near_miss(std::string_view name,
                                     const std::vector<std::string>& candidates);

/// "did you mean 'x'?", or, without a near miss, the list of what there is.
std::string suggestion(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace zeroth::host
