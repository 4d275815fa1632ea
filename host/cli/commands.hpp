// The commands.
#pragma once

#include "cli/command_line.hpp"
#include "cli/terminal.hpp"

namespace zeroth::host {

/// All commands, over one terminal.  plugin_folders: the command line's, known once a command is
/// called.
Commands make_commands(Terminal& terminal, const std::vector<std::string>& plugin_folders);

int run_experiment(Terminal& terminal, const std::vector<std::string>& plugin_folders,
                   const RunOptions& options);

int train_weights(Terminal& terminal, const std::vector<std::string>& plugin_folders,
                  const TrainOptions& options);

}  // namespace zeroth::host
