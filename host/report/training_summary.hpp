// The table of a training.
#pragma once

#include <string>

#include "store/training_store.hpp"

namespace zeroth::host {

/// A line for each phase: epochs, validation before and at best, failed optimizations, time.
std::string format_training(const TrainingStore& store);

}  // namespace zeroth::host
