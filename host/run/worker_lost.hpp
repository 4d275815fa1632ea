// The end of a run whose plugin ran in a process of its own.
#pragma once

#include <stdexcept>
#include <string>

#include "run/result.hpp"

namespace zeroth::host {

/// Thrown by an isolated plugin whose process is gone: it crashed, or was ended over a limit.
class WorkerLost : public std::runtime_error {
 public:
  /// outcome  crashed, time_limit or memory_limit.   what  names the signal or the limit.
  WorkerLost(Outcome outcome, const std::string& what)
      : std::runtime_error(what), outcome_(outcome) {}
  Outcome outcome() const noexcept { return outcome_; }

 private:
  Outcome outcome_;
};

}  // namespace zeroth::host
