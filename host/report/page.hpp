// The self-contained page: share/report with the data and all else inlined.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace zeroth::host {

/// The text of an HTML file in which `<link rel="stylesheet" href="F">` and `<script
/// src="F"></script>` are replaced by what is in F, and `<script type="application/json"
/// id="data"></script>` gets the JSON text; F is relative to the template.  Nothing in data,
/// scripts or style can end its element. Throws UserError that names a file that is missing.
std::string inline_page(const std::filesystem::path& page_template, const std::string& json);

/// Writes the report of a result file.  folder  share/report.  at  as page_data().  The file
/// appears whole or not at all; throws UserError when it is there already, unless overwrite, or
/// cannot be written.
void write_page(const Store& store, const std::filesystem::path& folder,
                const std::vector<std::uint64_t>& at, const std::filesystem::path& output,
                bool overwrite);

}  // namespace zeroth::host
