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

/// By its name: *.so.
bool is_library(const std::filesystem::path& file);

/// Loads a library, which stays until the process ends, and negotiates.
/// Throws std::runtime_error that says what the library lacks.
zeroth_library open_library(const std::filesystem::path& file);

/// All optimizers and problems found.  Loaded libraries stay until the process ends.
class Registry {
 public:
  using Warn = std::function<void(const std::string&)>;

  /// Loads every *.so of the folders, by name within a folder.  A library that does not load,
  /// negotiate or describe itself is one warning and is left out; so is one that ends the process
  /// or hangs, which is tried in another process first where it did not come with the program; so
  /// is an id that an earlier library has.
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

}  // namespace zeroth::host
