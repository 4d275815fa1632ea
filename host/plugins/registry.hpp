// Finds plugin libraries, loads them and keeps what they offer.
#pragma once

#include <zeroth/abi.h>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/descriptor.hpp"

namespace zeroth::host {

/// Folders to look in, in order of precedence: the command line's, ZEROTH_PLUGIN_PATH
/// (colon-separated), beside the program, $XDG_DATA_HOME/zeroth/plugins.  Those that do not exist
/// are left out, unless given explicitly.
std::vector<std::filesystem::path> plugin_folders(
    const std::vector<std::string>& from_command_line);

/// Loads a library, which stays until the process ends, and negotiates.
/// Throws std::runtime_error that says what the library lacks.
zeroth_library open_library(const std::filesystem::path& file);

/// All optimizers and problems found.  Loaded libraries stay until the process ends.
class Registry {
 public:
  using Warn = std::function<void(const std::string&)>;

  /// Loads every *.so of the folders, by name within a folder.  A library that does not load,
  /// negotiate or describe itself is one warning and is left out; so is an id that an earlier
  /// library has.
  Registry(const std::vector<std::filesystem::path>& folders, const Warn& warn);

  /// Loads this library alone, in the same way.
  Registry(const std::filesystem::path& library, const Warn& warn) { load(library, warn); }

  const std::vector<Descriptor>& optimizers() const { return optimizers_; }
  const std::vector<Descriptor>& problems() const { return problems_; }

  /// Null when there is none.
  const Descriptor* optimizer(std::string_view id) const { return find(optimizers_, id); }
  const Descriptor* problem(std::string_view id) const { return find(problems_, id); }

 private:
  void load(const std::filesystem::path& file, const Warn& warn);
  static const Descriptor* find(const std::vector<Descriptor>& all, std::string_view id);

  std::vector<Descriptor> optimizers_, problems_;
};

/// Where lines of the log/1 service go.  Threads: set before plugins run; the sink may be called
/// from any.
void set_log_sink(std::function<void(int level, const std::string&)> sink);

/// A line for that sink.  Threads: any.
void log(int level, const std::string& line);

}  // namespace zeroth::host
