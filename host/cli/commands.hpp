// The commands.
#pragma once

#include "cli/command_line.hpp"
#include "cli/terminal.hpp"
#include "plugins/registry.hpp"

namespace zeroth::host {

/// All commands, over one terminal.  plugin_folders: the command line's, known once a command is
/// called.
Commands make_commands(Terminal& terminal, const std::vector<std::string>& plugin_folders);

int run_experiment(Terminal& terminal, const std::vector<std::string>& plugin_folders,
                   const RunOptions& options);

int minimize_command(Terminal& terminal, const std::vector<std::string>& plugin_folders,
                     const MinimizeOptions& options);

int train_weights(Terminal& terminal, const std::vector<std::string>& plugin_folders,
                  const TrainOptions& options);

int tune_optimizers(Terminal& terminal, const std::vector<std::string>& plugin_folders,
                    const TuneOptions& options);

/// Writes a project from the template of the SDK, for an id that no plugin of the registry has.
int new_plugin(Terminal& terminal, const Registry& registry, const NewOptions& options);

int check_plugin(Terminal& terminal, const CheckOptions& options);
/// In the process of one test.
int check_child(const std::vector<std::string>& arguments);

}  // namespace zeroth::host
