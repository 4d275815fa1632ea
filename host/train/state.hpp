// Where a training stands, and what it tells on the way.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "train/adam.hpp"

namespace zeroth::host {

/// All that a training needs to go on as if nothing had happened.
struct TrainingState {
  std::uint64_t phase = 0, epoch = 0, step = 0;  // what is next; epoch 0 is not validated yet
  bool validated = false;  // the weights before `epoch`, and they have not diverged
  bool complete = false;
  std::string start;            // the weights file that the phase starts from; empty: none
  std::vector<double> weights;  // empty: the phase has not begun
  std::vector<double> mean;     // running, of the weights: what is validated
  Adam adam;
  std::vector<double> best;  // of this phase, by validation
  double best_score = std::numeric_limits<double>::infinity();
  std::uint64_t best_epoch = 0;
  double first_score = std::numeric_limits<double>::infinity();  // before the phase
};

/// A change of the weights for each window of one group of optimizations.
struct StepRecord {
  std::uint64_t phase = 0, epoch = 0, step = 0;
  std::uint64_t failed = 0;                 // optimizations of the group that did not stay finite
  double objective = 0;                     // mean of windows and optimizations
  double initial_loss = 0, final_loss = 0;  // means of the optimizations
  double gradient_norm = 0;                 // mean of windows, before clipping
  double seconds = 0;
};

/// Mean over the validation runs, and over the iterations scored, of the loss.
struct ValidationRecord {
  std::uint64_t phase = 0, epoch = 0;  // after so many epochs
  double score = 0;
  double seconds = 0;
};

}  // namespace zeroth::host
