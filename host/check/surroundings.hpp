// The state of the process that a plugin must leave as it was.
#pragma once

#include <map>
#include <string>

namespace zeroth::host::check {

/// Locale, working folder, umask, floating-point environment, environment variables, open files,
/// files in the folder for temporary ones, threads, child processes, signal mask and handlers: what
/// it is, and how it is set.
using Surroundings = std::map<std::string, std::string>;
inline constexpr const char* thread_count = "the number of threads";
Surroundings look_around();

/// "the working folder was /a, is /b"; empty where nothing changed.
std::string difference(const Surroundings& before, const Surroundings& after);

/// What is printed on a standard stream while it lives is kept.
class Capture {
 public:
  explicit Capture(int descriptor);
  /// Restores the stream.  What was printed, cut to 200 bytes.
  std::string end();

 private:
  int descriptor_, kept_, file_;
};

}  // namespace zeroth::host::check
