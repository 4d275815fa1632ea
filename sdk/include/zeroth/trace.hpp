// Internals of an optimizer, for whoever looks at a run.
#pragma once

#include <zeroth/abi.h>
#include <zeroth/optimizer.hpp>

#include <span>

namespace zeroth {

/// zeroth.trace/1 of a run; without it nothing is recorded and nothing is lost.
///
/// These names mean the same everywhere, with dimension values each, once per iteration before its
/// iterate():
///   estimate   of the gradient where the iteration began
///   update     what the rule adds to the iterate, before a bound stops it
///   deviation  predicted standard deviations of the query directions, where some are predicted
class Trace {
 public:
  explicit Trace(const Run& run)
      : run_(run.abi()), to_(static_cast<const zeroth_trace_1*>(run.extension(ZEROTH_TRACE_1))) {}

  /// Whether anybody looks: what is computed for the trace alone need not be.
  explicit operator bool() const { return to_ != nullptr; }

  void record(const char* name, std::span<const double> values) const {
    if (to_ != nullptr) to_->record(run_, name, values.size(), values.data());
  }

 private:
  const zeroth_run* run_;
  const zeroth_trace_1* to_;
};

}  // namespace zeroth
