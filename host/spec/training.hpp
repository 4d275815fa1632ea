// What a training is to be: the training file as a value.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "spec/experiment.hpp"

namespace zeroth::host {

/// One round of training, from the best weights of the one before.
struct PhaseSpec {
  std::vector<Setting> settings;   // of the optimizer's training
  std::vector<Setting> optimizer;  // over those of the optimizer, in this phase
  double learning_rate = 1e-3, final_learning_rate = 1e-3;  // geometric in between, by epoch
  double clip = 1.0;                                        // largest entry of a gradient; 0: none
  double averaging = 0.0;    // decay of the running mean of the weights that is validated; 0: none
  std::uint64_t epochs = 1;  // each ends with a validation
  std::uint64_t steps = 10;  // of an epoch: groups of optimizations
  std::uint64_t batch = 1;   // optimizations side by side, their gradients averaged
  std::uint64_t iterations = 200;  // of an optimization
  std::uint64_t unroll = 20;       // iterations between two changes of the weights
  std::string where;
};

struct ValidationSpec {
  Instances instances;
  std::string instances_where;
  std::uint64_t trials = 1;
  std::uint64_t iterations = 200;
  std::vector<std::uint64_t> at;  // the iterations whose losses are scored; empty: the last alone
};

enum class GradientSource { exact, differences };

struct Training {
  std::filesystem::path file;
  std::string text;  // the file as read
  std::string title;
  std::uint64_t seed = 1;
  GradientSource gradient = GradientSource::exact;  // differences also where there is no exact one
  ProblemSpec problem;                              // always of the train split
  OptimizerSpec optimizer;
  ValidationSpec validation;
  std::vector<PhaseSpec> phases;
};

}  // namespace zeroth::host
