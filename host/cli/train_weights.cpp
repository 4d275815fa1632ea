// `zeroth train`: spec -> plugins -> train -> store.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>

#include "bytes.hpp"
#include "cli/commands.hpp"
#include "cli/environment.hpp"
#include "cli/paths.hpp"
#include "hash.hpp"
#include "plugins/registry.hpp"
#include "report/training_summary.hpp"
#include "spec/read_training.hpp"
#include "store/training_store.hpp"
#include "train/train.hpp"
#include "user_error.hpp"
#include "version.hpp"

namespace zeroth::host {
namespace fs = std::filesystem;
namespace {

// The weights, the training file beside them, and a scratch file that goes in the end.
class Files {
 public:
  explicit Files(const std::string& output)
      : weights_(output), training_(output + ".training"), scratch_(output + ".partial") {
    std::error_code error;
    if (fs::is_directory(weights_, error)) {
      throw UserError(output, "is a folder", "name a file with -o, such as weights.safetensors");
    }
    Database::check(training_, TrainingStore::kind());
    if (fs::exists(weights_, error) && !fs::exists(training_, error)) {
      throw UserError(output,
                      fmt::format("is there already, and no {} beside it says that this training "
                                  "wrote it",
                                  training_.filename().string()),
                      "name another file with -o; weights are never written over");
    }
  }
  ~Files() {
    std::error_code ignored;
    if (claimed_) fs::remove(scratch_, ignored);
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  const fs::path& weights() const { return weights_; }
  const fs::path& training() const { return training_; }
  const fs::path& scratch() const { return scratch_; }

  /// The training file is ours alone, and so is the scratch file.
  void claim() { claimed_ = true; }

  /// The scratch file becomes the weights; whole or not at all.
  void publish() const { publish(read_bytes(scratch_)); }
  void publish(const std::string& bytes) const {
    const fs::path copy = weights_.string() + ".new";
    write_bytes(copy, bytes);
    fs::rename(copy, weights_);
  }

 private:
  fs::path weights_, training_, scratch_;
  bool claimed_ = false;
};

/// Where it is, how good, and how long still.  Work is counted in iterations of optimizations.
class TrainingProgress {
 public:
  TrainingProgress(Terminal& terminal, const BoundTraining& bound, std::uint64_t validation_runs,
                   const TrainingState& state)
      : terminal_(terminal), bound_(bound) {
    const ValidationSpec& validation = bound.training.validation;
    validation_work_ = static_cast<double>(validation_runs * validation.iterations);
    for (std::uint64_t p = 0; p < bound.phases.size(); ++p) {
      const PhaseSpec& spec = bound.phases[p].spec;
      total_ += static_cast<double>(spec.epochs) *
                    (static_cast<double>(spec.steps) * step_work(p) + validation_work_) +
                validation_work_;
    }
    begun_ = done_ = work_until(state);
  }

  void step(const StepRecord& record, const TrainingState& state) {
    done_ = work_until(state);
    if (record.failed > 0) {
      terminal_.warn(fmt::format("{}: {} of {} optimizations did not stay finite and were left out",
                                 place(record.phase, record.epoch), record.failed,
                                 bound_.phases[record.phase].spec.batch));
    }
    terminal_.progress(fmt::format(
        "{}, step {}/{}, final loss {:.4g}{}", place(record.phase, record.epoch), record.step + 1,
        bound_.phases[record.phase].spec.steps, record.final_loss, time_left()));
  }

  void validation(const ValidationRecord& record, const TrainingState& state) {
    done_ = work_until(state);
    terminal_.note(fmt::format("phase {}/{}, epoch {}/{}: validation {:.5g}, best {:.5g}{}",
                               record.phase + 1, bound_.phases.size(), record.epoch,
                               bound_.phases[record.phase].spec.epochs, record.score,
                               state.best_score, time_left()));
  }

 private:
  using Clock = std::chrono::steady_clock;

  std::string place(std::uint64_t phase, std::uint64_t epoch) const {
    return fmt::format("phase {}/{}, epoch {}/{}", phase + 1, bound_.phases.size(), epoch + 1,
                       bound_.phases[phase].spec.epochs);
  }
  double step_work(std::uint64_t phase) const {
    const PhaseSpec& spec = bound_.phases[phase].spec;
    return static_cast<double>(spec.batch * spec.iterations);
  }
  double work_until(const TrainingState& state) const {
    double work = 0;
    for (std::uint64_t p = 0; p <= state.phase && p < bound_.phases.size(); ++p) {
      const PhaseSpec& spec = bound_.phases[p].spec;
      const bool whole = p < state.phase;
      const auto epochs = static_cast<double>(whole ? spec.epochs : state.epoch);
      work += epochs * static_cast<double>(spec.steps) * step_work(p);
      work += (epochs + (whole || state.validated ? 1 : 0)) * validation_work_;
      if (!whole) work += static_cast<double>(state.step) * step_work(p);
    }
    return work;
  }
  std::string time_left() const {
    const double elapsed = std::chrono::duration<double>(Clock::now() - started_).count();
    if (done_ <= begun_) return "";
    return fmt::format(", {} left", duration_text(elapsed * (total_ - done_) / (done_ - begun_)));
  }

  Terminal& terminal_;
  const BoundTraining& bound_;
  double validation_work_ = 0, total_ = 0, begun_ = 0, done_ = 0;
  Clock::time_point started_ = Clock::now();
};

// The state to go on from.
TrainingState resume(TrainingStore& store, const BoundTraining& bound, const TrainOptions& options,
                     Terminal& terminal) {
  const std::string identity = fingerprint(bound.identity);
  std::optional<TrainingState> state = store.state();
  if (state && store.provenance("identity") != identity) {
    throw UserError(options.output + ".training",
                    "holds a training with other settings, data, weights or plugin versions",
                    "name other weights with -o, or undo the change");
  }
  std::string settings;
  for (const std::string& each : options.settings) settings += each + "\n";
  store.set_provenance(
      {{"identity", identity},
       {"title", bound.training.title},
       {"training_file", bound.training.file.string()},
       {"training", bound.training.text},
       {"settings", settings},
       {"plugins",
        fmt::format("{} {} {}\n{} {} {}\n", bound.optimizer->id, bound.optimizer->version,
                    bound.optimizer->library.string(), bound.problem.descriptor->id,
                    bound.problem.descriptor->version, bound.problem.descriptor->library.string())},
       {"program", fmt::format("zeroth {}", version)},
       {"machine", fmt::format("{}, {} threads", machine_text(), options.threads)},
       {"last_run", now_text()}});
  if (state && !state->complete) {
    terminal.note(fmt::format("going on in phase {}, epoch {}, step {}", state->phase + 1,
                              state->epoch + 1, state->step + 1));
  }
  return state ? *state : TrainingState();
}

}  // namespace

int train_weights(Terminal& terminal, const std::vector<std::string>& folders,
                  const TrainOptions& options) {
  const Training training = read_training(options.training, options.settings);
  Files files(options.output);
  set_log_sink([&](int level, const std::string& line) {
    level == ZEROTH_LOG_WARNING ? terminal.warn(line) : terminal.note(line);
  });
  const Registry registry(plugin_folders(folders),
                          [&](const std::string& text) { terminal.warn(text); });
  const BoundTraining bound = bind_training(training, registry.optimizers(), registry.problems(),
                                            resolve_beside(training.file));
  const Suite suite(*bound.problem.descriptor, bound.problem.values, bound.problem.where);
  const std::uint64_t validation_runs = check(bound, suite);

  TrainingStore store = TrainingStore::open_to_write(files.training());
  files.claim();
  TrainingState state = resume(store, bound, options, terminal);
  TrainingOutcome outcome;
  if (!state.complete) {
    std::atomic<bool>& interrupted = watch_for_interruption();
    TrainingProgress progress(terminal, bound, validation_runs, state);
    TrainingObserver observer;
    observer.step = [&](const StepRecord& record, const TrainingState& now) {
      store.append(record, now);
      progress.step(record, now);
    };
    observer.validation = [&](const ValidationRecord& record, const TrainingState& now) {
      store.append(record, now);
      progress.validation(record, now);
    };
    observer.improved = [&] { files.publish(); };
    outcome = train(bound, suite, options.threads, interrupted, files.scratch(), state, observer);
    terminal.clear_progress();
    if (outcome.end == TrainingEnd::complete) store.save(state);
  }
  if (state.complete) files.publish(state.start);
  fmt::print("{}\n{}", training.title.empty() ? training.file.stem().string() : training.title,
             format_training(store));
  fmt::print("weights in {}, curve in {}\n", options.output, files.training().string());
  std::fflush(stdout);
  if (outcome.end == TrainingEnd::interrupted) {
    terminal.note("interrupted: the same command goes on from here");
    return 130;
  }
  if (outcome.end == TrainingEnd::diverged) {
    throw std::runtime_error(
        "the training diverged: " + outcome.message +
        "; the best weights before that are kept; try a smaller learning_rate");
  }
  return 0;
}

}  // namespace zeroth::host
