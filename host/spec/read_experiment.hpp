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
///            title, seed, trials, scale, budget.KEY, limits.KEY, tune.KEY, problem.ID.KEY,
///            optimizer.ID.KEY (also of the optimizers of a replay), analysis.USE.KEY; an optimizer
///            may be named by its label, and * names all.
/// Throws UserError that names file, line and key, or the override.
Experiment read_experiment(const std::filesystem::path& file,
                           const std::vector<std::string>& overrides);

/// The same of a text that is to stand in the file.
Experiment read_experiment_text(const std::filesystem::path& file, const std::string& text);

/// A value for a parameter of the optimizer with that number.
struct Replacement {
  std::size_t optimizer = 0;
  std::string parameter;
  Value value;
};

/// The text of the experiment with the overrides and these values in their places; all else, and
/// the comments, as they are.
std::string with_values(const Experiment& experiment, const std::vector<std::string>& overrides,
                        const std::vector<Replacement>& values);

}  // namespace zeroth::host
