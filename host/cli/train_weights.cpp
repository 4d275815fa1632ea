// `zeroth train`: spec -> plugins -> train -> store.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>

#include "bytes.hpp"
#include "cli/commands.hpp"
#include "cli/environment.hpp"
#include "cli/paths.hpp"
#include "cli/preparation.hpp"
#include "hash.hpp"
#include "new_file.hpp"
#include "plugins/registry.hpp"
#include "report/training_summary.hpp"
#include "spec/read_training.hpp"
#include "store/training_store.hpp"
#include "train/train.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace fs = std::filesystem;
namespace {

// The weights, and the training file beside them.
class Files {
 public:
  explicit Files(const std::string& output) : weights_(output), training_(output + ".training") {
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

  const fs::path& weights() const { return weights_; }
  const fs::path& training() const { return training_; }

  /// The weights of a training that was complete before are written if they are gone.
  void restore(TrainingStore& store, const std::string& bytes) const {
    if (!fs::exists(weights_)) return publish(store, bytes);
    if (read_bytes(weights_) == bytes) return;
    throw UserError(weights_.string(), "holds other weights than its training ended with",
                    "move it away: the same command then writes those again");
  }

  /// What is there must be what this training has written.
  void refuse_others(const TrainingStore& store) const {
    const std::string there = fingerprint_of(weights_);
    if (there.empty() || has(store.provenance(ours), there)) return;
    if (store.provenance(ours).empty() && store.state()) return;  // a file of an older program
    throw UserError(weights_.string(), "holds other weights than this training has written",
                    "move it away, or name another file with -o; weights are never written over");
  }

  /// Whole or not at all; the training file knows before that they are ours.
  void publish(TrainingStore& store, const std::string& bytes) const {
    const std::string before = store.provenance(ours);
    store.set_provenance({{ours, fingerprint(bytes) + " " + before.substr(0, before.find(' '))}});
    NewFile file(weights_, true, "name other weights with -o");
    file.out() << bytes;
    file.finish();
  }

 private:
  static constexpr const char* ours = "weights";  // the fingerprints of the last two
  static bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }
  fs::path weights_, training_;
};

// A scratch file, away from where the user has files of any name.
class TemporaryFile {
 public:
  TemporaryFile() {
    std::error_code error;
    std::string name = (fs::temp_directory_path(error) / "zeroth-XXXXXX").string();
    const int file = error ? -1 : mkstemp(name.data());
    if (file < 0)
      throw UserError("no temporary file can be made",
                      error ? error.message() : std::strerror(errno),
                      "set TMPDIR to another folder");
    ::close(file);
    path_ = name;
  }
  ~TemporaryFile() { ::unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Where it is, how good, and how long still: an iteration that is trained on costs more than one
/// that is validated on, and each is timed by itself.
class TrainingProgress {
 public:
  TrainingProgress(Terminal& terminal, const BoundTraining& bound, std::uint64_t validation_runs,
                   const TrainingState& state)
      : terminal_(terminal), bound_(bound) {
    const ValidationSpec& validation = bound.training.validation;
    validation_work_ = static_cast<double>(validation_runs * validation.iterations);
    left_ = work_left(state);
  }

  void step(const StepRecord& record, const TrainingState& state) {
    training_.add(step_work(record.phase), record.seconds);
    left_ = work_left(state);
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
    validating_.add(validation_work_, record.seconds);
    left_ = work_left(state);
    terminal_.note(fmt::format("phase {}/{}, epoch {}/{}: validation {:.5g}, best {:.5g}{}",
                               record.phase + 1, bound_.phases.size(), record.epoch,
                               bound_.phases[record.phase].spec.epochs, record.score,
                               state.best_score, time_left()));
  }

 private:
  // In iterations of optimizations.
  struct Work {
    double training = 0, validating = 0;
  };
  struct Pace {
    double work = 0, seconds = 0;
    void add(double more, double took) {
      work += more;
      seconds += took;
    }
  };

  std::string place(std::uint64_t phase, std::uint64_t epoch) const {
    return fmt::format("phase {}/{}, epoch {}/{}", phase + 1, bound_.phases.size(), epoch + 1,
                       bound_.phases[phase].spec.epochs);
  }
  double step_work(std::uint64_t phase) const {
    const PhaseSpec& spec = bound_.phases[phase].spec;
    return static_cast<double>(spec.batch * spec.iterations);
  }
  Work work_left(const TrainingState& state) const {
    Work left;
    for (std::uint64_t p = state.phase; p < bound_.phases.size(); ++p) {
      const PhaseSpec& spec = bound_.phases[p].spec;
      const bool begun = p == state.phase;
      const std::uint64_t epochs = spec.epochs - (begun ? state.epoch : 0);
      const std::uint64_t steps = epochs * spec.steps - (begun ? state.step : 0);
      left.training += static_cast<double>(steps) * step_work(p);
      left.validating +=
          static_cast<double>(epochs + (begun && state.validated ? 0 : 1)) * validation_work_;
    }
    return left;
  }
  // Nothing before both paces are known.
  std::string time_left() const {
    if (training_.work <= 0 || validating_.work <= 0) return "";
    const double seconds = left_.training * training_.seconds / training_.work +
                           left_.validating * validating_.seconds / validating_.work;
    return fmt::format(", {} left", duration_text(seconds));
  }

  Terminal& terminal_;
  const BoundTraining& bound_;
  double validation_work_ = 0;
  Work left_;
  Pace training_, validating_;
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
  Provenance provenance =
      circumstances({bound.optimizer, bound.problem.descriptor}, options.threads);
  provenance.insert(provenance.end(), {{"identity", identity},
                                       {"title", bound.training.title},
                                       {"training_file", bound.training.file.string()},
                                       {"training", bound.training.text},
                                       {"settings", lines_of(options.settings)}});
  store.set_provenance(provenance);
  if (state && !state->complete) {
    terminal.note(fmt::format("going on in phase {}, epoch {}, step {}", state->phase + 1,
                              state->epoch + 1, state->step + 1));
  }
  return state ? *state : TrainingState();
}

}  // namespace

int train_weights(Terminal& terminal, const std::vector<std::string>& folders,
                  const TrainOptions& options) {
  refuse_missing(options.training, "training/binary-classification.toml");
  const Training training = read_training(options.training, options.settings);
  const Files files(options.output);
  const Registry registry = scan(terminal, folders);
  BoundTraining bound = bind_training(training, registry.optimizers(), registry.problems(),
                                      resolve_beside(training.file));
  const Suite suite(*bound.problem.descriptor, bound.problem.values, bound.problem.where);
  add_files(bound.problem, suite.files());
  bound.identity += identity_of(bound.problem.files);
  const TemporaryFile scratch;
  const std::uint64_t validation_runs = check(bound, suite, scratch.path());

  TrainingStore store = TrainingStore::open_to_write(files.training());
  TrainingState state = resume(store, bound, options, terminal);
  TrainingOutcome outcome;
  if (state.complete) {
    files.restore(store, state.start);
    terminal.note("this training is complete");
  } else {
    files.refuse_others(store);
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
    observer.improved = [&] { files.publish(store, read_bytes(scratch.path())); };
    outcome = train(bound, suite, options.threads, interrupted, scratch.path(), state, observer);
    terminal.clear_progress();
    if (outcome.end == TrainingEnd::complete) {
      files.publish(store, state.start);
      store.save(state);
    }
  }
  fmt::print("{}\n{}", training.title.empty() ? training.file.stem().string() : training.title,
             format_training(store));
  std::error_code ignored;
  const bool written = fs::exists(files.weights(), ignored);
  fmt::print("{}curve in {}\n", written ? fmt::format("weights in {}, ", options.output) : "",
             files.training().string());
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
