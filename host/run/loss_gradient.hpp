// The gradient of the recorded loss, for training: an optimizer under test never gets it.
#pragma once

#include <zeroth/abi.h>

#include "plugins/instances.hpp"
#include "spec/training.hpp"

namespace zeroth::host {

/// Of the full-data loss of an instance, which must outlive it.  Threads: any.
class LossGradient {
 public:
  /// exact: the problem's gradient/1 where it has one.
  LossGradient(const Instance& instance, GradientSource source);

  /// x, g  dimension values.  OK, DISCARD where g is not finite, or the problem's error and its
  /// message.
  zeroth_status operator()(const double* x, double* g, zeroth_message* message) const;

 private:
  zeroth_status differences(const double* x, double* g, zeroth_message* message) const;

  const Instance& instance_;
  const zeroth_gradient_1* exact_;  // null: differences
};

}  // namespace zeroth::host
