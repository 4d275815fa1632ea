// A shared library as the loader sees it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

struct link_map;

namespace zeroth::host::check {

/// Loaded, and never unloaded.
class SharedObject {
 public:
  /// With all symbols bound now.  Throws std::runtime_error with the loader's message.
  explicit SharedObject(const std::filesystem::path& file);

  /// Null when there is none.
  void* symbol(const char* name) const;
  /// Names of what it defines for others, but for those that linkers add.
  std::vector<std::string> exports() const;
  /// Names of the libraries it is linked to.
  std::vector<std::string> needed() const;
  /// Those, and the ones that they need in turn.
  std::vector<std::string> all_needed() const;

 private:
  void* handle_;
  link_map* map_;
};

/// Whether a library of that name is a pool of threads: oneTBB or OpenMP.
bool is_threads_runtime(const std::string& library);

}  // namespace zeroth::host::check
