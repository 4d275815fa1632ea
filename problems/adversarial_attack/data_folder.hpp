// Where the data that is not shipped lies.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace zeroth::attack {

/// `given` or else $ZEROTH_DATA where one is set; else the first folder that exists of
/// ../shared/data and $XDG_DATA_HOME/zeroth/data (~/.local/share/zeroth/data); else nothing.
/// Throws zeroth::Error for one that is set and does not exist.  fetch: the command that fetches
/// the data, for messages.
std::optional<std::filesystem::path> find_data_folder(const std::string& given,
                                                      const std::string& fetch);

/// The same, but throws zeroth::Error that names every place looked at where there is none.
std::filesystem::path data_folder(const std::string& given, const std::string& fetch);

}  // namespace zeroth::attack
