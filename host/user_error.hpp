// Errors that the person at the terminal can mend.
#pragma once

#include <stdexcept>
#include <string>

namespace zeroth::host {

/// What was wrong, where, and what to do about it.  Thrown anywhere, printed in main alone: exit
/// code 2.
class UserError : public std::runtime_error {
 public:
  /// where   "file:line: key", an option, a path; may be empty.   remedy  a sentence; may be empty.
  UserError(const std::string& where, const std::string& what, std::string remedy = "")
      : std::runtime_error(where.empty() ? what : where + ": " + what),
        remedy_(std::move(remedy)) {}
  const std::string& remedy() const noexcept { return remedy_; }

 private:
  std::string remedy_;
};

}  // namespace zeroth::host
