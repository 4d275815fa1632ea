#include "report/training_summary.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>

namespace zeroth::host {
namespace {

struct PhaseSummary {
  std::uint64_t epochs = 0, best_epoch = 0, failed = 0;
  double before = std::numeric_limits<double>::infinity();
  double best = std::numeric_limits<double>::infinity();
  double seconds = 0;
};

}  // namespace

std::string format_training(const TrainingStore& store) {
  const Snapshot snapshot = store.snapshot();
  std::map<std::uint64_t, PhaseSummary> phases;
  store.for_each([&](const StepRecord& r) {
    phases[r.phase].failed += r.failed;
    phases[r.phase].seconds += r.seconds;
  });
  store.for_each([&](const ValidationRecord& r) {
    PhaseSummary& phase = phases[r.phase];
    phase.seconds += r.seconds;
    phase.epochs = r.epoch;
    if (r.epoch == 0) phase.before = r.score;
    if (r.score < phase.best) {
      phase.best = r.score;
      phase.best_epoch = r.epoch;
    }
  });
  std::string text =
      fmt::format("{:>5}  {:>6}  {:>17}  {:>15}  {:>8}  {:>6}  {:>7}\n", "phase", "epochs",
                  "validation before", "best validation", "at epoch", "failed", "minutes");
  for (const auto& [number, p] : phases) {
    text += fmt::format("{:>5}  {:>6}  {:>17.5g}  {:>15.5g}  {:>8}  {:>6}  {:>7.1f}\n", number + 1,
                        p.epochs, p.before, p.best, p.best_epoch, p.failed, p.seconds / 60);
  }
  if (const std::optional<TrainingState> state = store.state(); state && !state->complete) {
    text += fmt::format("not complete: phase {}, epoch {}, step {} is next\n", state->phase + 1,
                        state->epoch + 1, state->step + 1);
  }
  return text;
}

}  // namespace zeroth::host
