// Training files: TOML.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "spec/training.hpp"

namespace zeroth::host {

/// Reads and checks everything that can be checked without plugins.
/// overrides  "key=value" each.  Keys: title, seed, gradient, scale, problem.KEY,
///            optimizer.KEY, validation.KEY, phase.N.KEY (N = 1, 2, ...), phase.*.KEY,
///            phase.N.optimizer.KEY, phase.*.optimizer.KEY.
/// Throws UserError that names file, line and key, or the override.
Training read_training(const std::filesystem::path& file,
                       const std::vector<std::string>& overrides);

/// The keys of a [[phase]] that are not parameters of the optimizer's training.
const std::vector<std::string>& phase_keys();

}  // namespace zeroth::host
