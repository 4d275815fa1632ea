// Experiment files: TOML.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "spec/experiment.hpp"

namespace zeroth::host {

/// Reads and checks everything that can be checked without plugins.
///
/// overrides  "key=value" each (the command line's --set), value in TOML or a bare word.  Keys:
///            title, seed, trials, scale, budget.KEY, problem.ID.KEY, optimizer.ID.KEY; an
///            optimizer may be named by its label, and * names all.
/// Throws UserError that names file, line and key, or the override.
Experiment read_experiment(const std::filesystem::path& file,
                           const std::vector<std::string>& overrides);

}  // namespace zeroth::host
