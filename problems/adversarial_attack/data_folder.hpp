// Where the data that is not shipped lies.
#pragma once

#include <filesystem>
#include <string>

namespace zeroth::attack {

/// `given` or else $ZEROTH_DATA where one is set; else the first folder that exists of
/// ../shared/data and $XDG_DATA_HOME/zeroth/data (~/.local/share/zeroth/data).  Throws
/// zeroth::Error that names every place looked at.
std::filesystem::path data_folder(const std::string& given);

}  // namespace zeroth::attack
