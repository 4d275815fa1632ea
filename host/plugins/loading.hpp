// What is said of a library that does not let itself be loaded.
#pragma once

#include <filesystem>
#include <string>

namespace zeroth::host {

/// While it lives, a library that ends the process (by a signal, by exit()) is named on standard
/// error, and the exit code is not 0; one that takes five seconds is named, too.  Threads: one.
class Loading {
 public:
  explicit Loading(const std::filesystem::path& library);
  ~Loading();
  Loading(const Loading&) = delete;
  Loading& operator=(const Loading&) = delete;

 private:
  std::string path_;
  bool is_outer_;  // of two, one in the other
};

}  // namespace zeroth::host
