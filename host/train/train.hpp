// Trains an optimizer: groups of optimizations, Adam, validation.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "plugins/instances.hpp"
#include "spec/training.hpp"
#include "train/state.hpp"

namespace zeroth::host {

/// A training file with every name looked up and every value checked.
struct BoundTraining {
  struct Phase {
    PhaseSpec spec;
    Values optimizer;  // of this phase; its weights are replaced
    Values training;
  };
  Training training;
  ProblemConfiguration problem;
  const Descriptor* optimizer = nullptr;
  std::size_t weights = 0;  // the place of the weights file among the optimizer's values
  std::vector<Phase> phases;
  std::string identity;  // a text that everything the weights depend on goes into
};

/// Throws UserError that names place, key and remedy.
BoundTraining bind_training(const Training& training, const std::vector<Descriptor>& optimizers,
                            const std::vector<Descriptor>& problems, const ResolvePath& resolve);

/// Kept in the weights file: what they were trained by, the fingerprint of the identity too.
std::string note_of(const BoundTraining& bound);

/// Told on the calling thread, in order.  state is what a resumed training would start from.
struct TrainingObserver {
  std::function<void(const StepRecord&, const TrainingState&)> step;
  std::function<void(const ValidationRecord&, const TrainingState&)> validation;
  /// The scratch file holds better weights than any before in the phase; before validation is told.
  std::function<void()> improved;
};

enum class TrainingEnd { complete, interrupted, diverged };
struct TrainingOutcome {
  TrainingEnd end = TrainingEnd::complete;
  std::string message;  // where and how it diverged
};

/// The number of validation runs.  Throws UserError if there are no such instances, if one is both
/// trained on and validated on, or if the optimizer refuses the problem's bounds or a phase.
/// scratch  a file of the caller's, written over.
std::uint64_t check(const BoundTraining& bound, const Suite& suite,
                    const std::filesystem::path& scratch);

/// Goes on from the state to the end.  Each phase starts from the best weights of the one before;
/// at the end state.start is the weights file.
///
/// scratch   a file of the caller's, written over; its folder exists.
/// Weights do not depend on the number of threads.  Diverged: a validation that is not finite or a
/// thousand times what the phase began with, or a step whose optimizations all fail.
/// Throws UserError for what the plugins refuse, std::runtime_error for what fails.
TrainingOutcome train(const BoundTraining& bound, const Suite& suite, int threads,
                      std::atomic<bool>& cancel, const std::filesystem::path& scratch,
                      TrainingState& state, const TrainingObserver& observer);

}  // namespace zeroth::host
