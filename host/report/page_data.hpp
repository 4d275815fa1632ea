// All that a page shows, as JSON: the statistics are done here, the page only draws.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace zeroth::host {

/// Its size is bounded by problems x optimizers, not by runs.  at  iterations at which optimizers
/// are compared, besides the end.
nlohmann::ordered_json page_data(const Store& store, const std::vector<std::uint64_t>& at);

}  // namespace zeroth::host
