// What an experiment file says for `zeroth tune`: [tune], and `tune` of an optimizer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spec/document.hpp"
#include "spec/experiment.hpp"

namespace zeroth::host {

/// [tune].  budget: of the experiment.
TuneSpec read_tune(Document& document, const Budget& budget);

/// tune = false, or a table of what is tried for each parameter: a list, or
/// { decades = [0.01, 1000.0], linear = false }.
std::optional<std::vector<SearchSpec>> read_searches(Document& document, const toml::table& table,
                                                     const std::vector<std::string>& scopes);

}  // namespace zeroth::host
