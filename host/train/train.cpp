#include "train/train.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>

#include "bytes.hpp"
#include "plugins/trainer.hpp"
#include "run/matrix.hpp"
#include "run/oracle.hpp"
#include "run/side_by_side.hpp"
#include "train/schedule.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double exploded = 1000;  // times the score before the phase

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<std::uint64_t> validation_instances(const BoundTraining& bound, std::uint64_t size) {
  ProblemConfiguration problem = bound.problem;
  problem.instances = bound.training.validation.instances;
  problem.instances_where = bound.training.validation.instances_where;
  return chosen_instances(problem, size);
}

// One optimization of a group, under way.
struct Optimization {
  Optimization(const BoundTraining& bound, const Suite& suite, const Trainer& trainer,
               const Schedule::Optimization& chosen, const Budget& budget,
               const std::atomic<bool>& cancel)
      : instance(suite, Split::train, chosen.instance),
        gradient_of_loss(instance, bound.training.gradient),
        oracle(instance, budget, Seeds(chosen.seed), cancel) {
    oracle.lend(gradient_of_loss);
    episode.emplace(trainer, oracle.run());
  }

  // The next iterations, while all numbers are finite; the plugin's word for that is not enough.
  void advance(std::uint64_t iterations) {
    if (!alive) return;
    const auto finite = [](double v) { return std::isfinite(v); };
    try {
      alive = episode->window(iterations, objective, gradient) == Trainer::Window::done &&
              oracle.ended().value_or(Outcome::budget) == Outcome::budget && finite(objective) &&
              std::all_of(gradient.begin(), gradient.end(), finite);
    } catch (const std::runtime_error&) {
      if (oracle.ended() != Outcome::non_finite) throw;  // else it went to such a point
      alive = false;
    }
  }

  Instance instance;
  LossGradient gradient_of_loss;
  Oracle oracle;
  std::optional<Trainer::Episode> episode;
  bool alive = true;
  double objective = 0;
  std::vector<double> gradient;
};

class Phase {
 public:
  Phase(const BoundTraining& bound, const Suite& suite, int threads, std::atomic<bool>& cancel,
        const std::filesystem::path& scratch, TrainingState& state,
        const TrainingObserver& observer)
      : bound_(bound),
        phase_(bound.phases[state.phase]),
        suite_(suite),
        threads_(threads),
        cancel_(cancel),
        scratch_(scratch),
        state_(state),
        observer_(observer),
        validation_(plan_validation()),
        trainer_(*bound.optimizer, start_values(), phase_.training,
                 bound.training.seed * 1000 + state.phase, phase_.spec.where),
        schedule_(bound.training.seed, state.phase,
                  chosen_instances(bound.problem, suite.size(Split::train))) {
    const std::size_t count = trainer_.weights().size();
    if (state_.weights.empty()) {
      state_.weights = state_.mean = trainer_.weights();
      state_.adam = Adam(count);
    }
    if (state_.weights.size() != count || state_.mean.size() != count ||
        state_.adam.first.size() != count || state_.adam.second.size() != count ||
        (!state_.best.empty() && state_.best.size() != count)) {
      throw std::runtime_error(
          fmt::format("the training file has other weights than the {} of {} {}", count,
                      bound.optimizer->id, bound.optimizer->version));
    }
    if (!state_.best.empty()) {  // resumed: should the file have been lost, it is there again
      trainer_.set(state_.best);
      trainer_.save(scratch_, note_of(bound_));
      observer_.improved();
    }
    trainer_.set(state_.weights);
  }

  TrainingOutcome run() {
    for (;;) {
      if (!state_.validated) {
        if (std::string problem = validate(); !problem.empty())
          return end(TrainingEnd::diverged, problem);
        if (cancel_) return end(TrainingEnd::interrupted);
      }
      if (state_.epoch == phase_.spec.epochs) return end(TrainingEnd::complete);
      while (state_.step < phase_.spec.steps) {
        const std::optional<StepRecord> record = step();
        if (!record) return end(TrainingEnd::interrupted);
        if (record->failed == phase_.spec.batch) {
          return end(TrainingEnd::diverged,
                     fmt::format("phase {}, epoch {}, step {}: no optimization stayed finite",
                                 record->phase + 1, record->epoch + 1, record->step + 1));
        }
        ++state_.step;
        observer_.step(*record, state_);
      }
      state_.step = 0;
      ++state_.epoch;
      state_.validated = false;
    }
  }

 private:
  Plan plan_validation() const {
    const ValidationSpec& spec = bound_.training.validation;
    Experiment experiment;
    experiment.seed = bound_.training.seed;
    experiment.trials = spec.trials;
    experiment.budget.iterations = spec.iterations;
    Matrix matrix;
    matrix.problems.push_back(bound_.problem);
    matrix.problems[0].instances = spec.instances;
    matrix.problems[0].instances_where = spec.instances_where;
    Configuration optimizer;
    optimizer.descriptor = bound_.optimizer;
    optimizer.values = phase_.optimizer;
    optimizer.values[bound_.weights] = scratch_.string();
    optimizer.label = bound_.optimizer->name;
    optimizer.where = phase_.spec.where;
    matrix.optimizers.push_back(std::move(optimizer));
    return make_plan(experiment, std::move(matrix), {suite_.size(Split::train)});
  }

  // The weights of the phase before take the place of those that the user named.
  Values start_values() const {
    Values values = phase_.optimizer;
    if (!state_.start.empty()) {
      write_bytes(scratch_, state_.start);
      values[bound_.weights] = scratch_.string();
    }
    return values;
  }

  double learning_rate() const {
    const PhaseSpec& spec = phase_.spec;
    if (spec.epochs < 2) return spec.learning_rate;
    const double share = static_cast<double>(state_.epoch) / static_cast<double>(spec.epochs - 1);
    return spec.learning_rate * std::pow(spec.final_learning_rate / spec.learning_rate, share);
  }

  // One group of optimizations, side by side: after each window the weights change.  Nothing when
  // cancelled; the weights are then those before the group.
  std::optional<StepRecord> step() {
    const Clock::time_point started = Clock::now();
    const PhaseSpec& spec = phase_.spec;
    Budget budget;
    budget.iterations = spec.iterations;
    std::vector<std::unique_ptr<Optimization>> group(spec.batch);
    const std::uint64_t first = (state_.epoch * spec.steps + state_.step) * spec.batch;
    for_each_of_group([&](std::uint64_t i) {
      group[i] = std::make_unique<Optimization>(bound_, suite_, trainer_, schedule_[first + i],
                                                budget, cancel_);
    });
    TrainingState before = state_;
    StepRecord record{state_.phase, state_.epoch, state_.step};
    std::uint64_t windows = 0;
    for (std::uint64_t done = 0; done < spec.iterations; done += spec.unroll, ++windows) {
      for_each_of_group([&](std::uint64_t i) {
        group[i]->advance(std::min(spec.unroll, spec.iterations - done));
      });
      if (cancel_) {
        state_ = std::move(before);
        return std::nullopt;
      }
      descend(group, record);
    }
    record.objective /= static_cast<double>(windows);
    record.gradient_norm /= static_cast<double>(windows);
    for (const auto& each : group) {
      each->episode.reset();
      const std::optional<RunResult> result = each->oracle.finish(ZEROTH_OK);
      if (result && result->outcome == Outcome::failed) throw std::runtime_error(result->message);
      if (result) record.initial_loss += result->initial_loss / static_cast<double>(spec.batch);
      if (result) record.final_loss += result->final_loss / static_cast<double>(spec.batch);
      record.failed += each->alive ? 0 : 1;
    }
    record.seconds = seconds_since(started);
    return record;
  }

  // The mean gradient of the optimizations that are still finite, clipped; in their order, so that
  // the sum does not depend on the threads.
  void descend(const std::vector<std::unique_ptr<Optimization>>& group, StepRecord& record) {
    std::vector<double> mean(state_.weights.size(), 0.0);
    double objective = 0, alive = 0;
    for (const auto& each : group) {
      if (!each->alive) continue;
      ++alive;
      objective += each->objective;
      for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += each->gradient[i];
    }
    if (alive == 0) return;
    double squares = 0;
    for (double& g : mean) {
      g /= alive;
      squares += g * g;
      if (phase_.spec.clip > 0) g = std::clamp(g, -phase_.spec.clip, phase_.spec.clip);
    }
    record.objective += objective / alive;
    record.gradient_norm += std::sqrt(squares);
    state_.adam.step(state_.weights, mean, learning_rate());
    for (std::size_t i = 0; i < mean.size(); ++i) {
      const double decay = phase_.spec.averaging;
      state_.mean[i] = decay * state_.mean[i] + (1.0 - decay) * state_.weights[i];
    }
    trainer_.set(state_.weights);
  }

  // Scores the mean weights; says what is wrong if they have diverged.
  std::string validate() {
    const Clock::time_point started = Clock::now();
    trainer_.set(state_.mean);
    trainer_.save(scratch_, note_of(bound_));
    trainer_.set(state_.weights);
    std::vector<const PlannedRun*> cells;
    for (const PlannedRun& run : validation_.runs) cells.push_back(&run);
    std::vector<double> losses(cells.size(), infinity);
    std::string failure;
    run_cells(validation_, cells, {&suite_}, threads_, cancel_,
              [&](const std::vector<FinishedRun>& batch) {
                for (const FinishedRun& each : batch) {
                  const RunResult& result = each.result;
                  if (is_failure(result.outcome)) failure = result.message;
                  if (result.outcome == Outcome::non_finite)
                    continue;  // its loss was the last good
                  losses[each.run->position] = mean_loss(result, bound_.training.validation.at);
                }
              });
    if (cancel_) return "";
    if (!failure.empty()) throw std::runtime_error("a validation run failed: " + failure);
    double score = 0;
    for (const double loss : losses) score += loss / static_cast<double>(losses.size());
    if (!std::isfinite(score)) score = infinity;
    if (state_.epoch == 0) state_.first_score = score;
    const bool too_large = score > exploded * std::fabs(state_.first_score);
    const bool diverged = state_.epoch > 0 && (std::isinf(score) || too_large);
    state_.validated = !diverged;  // else the next start would not meet it again
    const bool improved = score < state_.best_score || state_.best.empty();
    if (improved) {
      state_.best = state_.mean;
      state_.best_score = score;
      state_.best_epoch = state_.epoch;
    }
    if (improved) observer_.improved();
    observer_.validation({state_.phase, state_.epoch, score, seconds_since(started)}, state_);
    if (!diverged) return "";
    return fmt::format(
        "phase {}, epoch {}: the validation score is {}, and was {:.4g} before the phase",
        state_.phase + 1, state_.epoch, score, state_.first_score);
  }

  template <typename Body>
  void for_each_of_group(const Body& body) {
    on_threads(threads_, [&] { side_by_side(phase_.spec.batch, body); });
  }

  // On completion the best weights become the start of the next phase.
  TrainingOutcome end(TrainingEnd how, const std::string& message = "") {
    if (how == TrainingEnd::complete) {
      trainer_.set(state_.best);
      trainer_.save(scratch_, note_of(bound_));
      TrainingState next;
      next.phase = state_.phase + 1;
      next.start = read_bytes(scratch_);
      state_ = std::move(next);
    }
    return {how, message};
  }

  const BoundTraining& bound_;
  const BoundTraining::Phase& phase_;
  const Suite& suite_;
  const int threads_;
  std::atomic<bool>& cancel_;
  const std::filesystem::path& scratch_;
  TrainingState& state_;
  const TrainingObserver& observer_;
  const Plan validation_;
  Trainer trainer_;
  Schedule schedule_;
};

// Begins every phase, and the optimizer as it is validated there, with weights that have not
// learned.
void rehearse(const BoundTraining& bound, const std::filesystem::path& scratch) {
  bool saved = false;
  for (const BoundTraining::Phase& phase : bound.phases) {
    Values values = phase.optimizer;
    try {
      if (saved) values[bound.weights] = scratch.string();
      Trainer(*bound.optimizer, values, phase.training, 0, phase.spec.where)
          .save(scratch, note_of(bound));
      saved = true;
      values[bound.weights] = scratch.string();
      const Optimizer accepted(*bound.optimizer, values, phase.spec.where);
    } catch (const UserError& refusal) {  // which may name the file
      std::string what = refusal.what();
      if (const std::size_t at = what.find(scratch.string()); at != std::string::npos)
        what.replace(at, scratch.string().size(), "the weights of the phase before");
      throw UserError("", what, refusal.remedy());
    }
  }
}

}  // namespace

std::uint64_t check(const BoundTraining& bound, const Suite& suite,
                    const std::filesystem::path& scratch) {
  const std::uint64_t size = suite.size(Split::train);
  const std::vector<std::uint64_t> training = chosen_instances(bound.problem, size);
  const std::vector<std::uint64_t> validation = validation_instances(bound, size);
  const std::set<std::uint64_t> validated(validation.begin(), validation.end());
  for (const std::uint64_t instance : training) {
    if (!validated.contains(instance)) continue;
    throw UserError(bound.training.validation.instances_where,
                    fmt::format("instance {} is trained on too", instance),
                    "weights are chosen on instances that they did not learn from: name other "
                    "instances here or under [problem], where none named means all");
  }
  check_bounds(*bound.optimizer, Instance(suite, Split::train, training.front()),
               bound.problem.label, bound.problem.where);
  rehearse(bound, scratch);
  return validation.size() * bound.training.validation.trials;
}

TrainingOutcome train(const BoundTraining& bound, const Suite& suite, int threads,
                      std::atomic<bool>& cancel, const std::filesystem::path& scratch,
                      TrainingState& state, const TrainingObserver& observer) {
  while (state.phase < bound.phases.size()) {
    TrainingOutcome outcome = Phase(bound, suite, threads, cancel, scratch, state, observer).run();
    if (outcome.end != TrainingEnd::complete) return outcome;
  }
  state.complete = true;
  return {};
}

}  // namespace zeroth::host
