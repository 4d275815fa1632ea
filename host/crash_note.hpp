// Says what was under way when a plugin crashes the program.
#pragma once

#include <string>

namespace zeroth::host {

/// While it lives, a signal that ends the process because of what this thread does says first, on
/// standard error, what that was.  Not where a handler is there already, as of a sanitizer.
/// Threads: any; one at a time for each.
class CrashNote {
 public:
  /// doing  such as the name of a run.
  explicit CrashNote(std::string doing);
  ~CrashNote();
  CrashNote(const CrashNote&) = delete;
  CrashNote& operator=(const CrashNote&) = delete;

 private:
  std::string doing_;
};

}  // namespace zeroth::host
