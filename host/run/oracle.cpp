#include "run/oracle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>
#include <thread>

#include "plugins/boundary.hpp"
#include "plugins/log.hpp"
#include "run/pieces.hpp"

namespace zeroth::host {
namespace {

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// SplitMix64 (Steele, Lea & Flood 2014): the n-th output of the sequence that starts at seed.
std::uint64_t mix(std::uint64_t seed, std::uint64_t n) {
  std::uint64_t z = seed + (n + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

bool all_finite(const double* x, std::size_t n) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += x[i] * 0.0;  // NaN and infinity give NaN
  return sum == 0.0;
}

std::string place(std::size_t i, std::size_t d) {
  return fmt::format("point {}, coordinate {}", i / d, i % d);
}

// Which coordinate of the points leaves the bounds; empty: none does.
std::string outside(const zeroth_instance& instance, std::uint64_t n, const double* x) {
  const std::size_t d = instance.dimension;
  const double *lower = instance.lower, *upper = instance.upper;
  if (lower == nullptr && upper == nullptr) return "";
  for (std::size_t i = 0; i < n * d; ++i) {
    const bool below = lower != nullptr && x[i] < lower[i % d];
    const bool above = upper != nullptr && x[i] > upper[i % d];
    if (!below && !above) continue;
    return fmt::format("{} is {}, {} {}", place(i, d), x[i], below ? "below" : "above",
                       below ? lower[i % d] : upper[i % d]);
  }
  return "";
}

double seconds(AwakeClock::duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

Seeds::Seeds(std::uint64_t run_seed)
    : start(mix(run_seed, 0)), optimizer(mix(run_seed, 1)), minibatches(mix(run_seed, 2)) {}

Oracle::Oracle(const Instance& instance, const Budget& budget, const Seeds& seeds,
               const std::atomic<bool>& cancelled, Evaluations* evaluations)
    : instance_(instance),
      budget_(budget),
      minibatch_seed_(seeds.minibatches),
      cancelled_(cancelled),
      evaluations_(evaluations),
      success_(instance.success()),
      stochastic_(instance.stochastic()),
      start_(instance.dimension()),
      first_success_iteration_(nan),
      first_success_queries_(nan) {
  if (instance->initial_point(&instance.abi(), seeds.start, start_.data()) != ZEROTH_OK ||
      !all_finite(start_.data(), start_.size())) {
    throw std::runtime_error("the problem gives no finite initial point");
  }
  if (const std::string where = outside(instance.abi(), 1, start_.data()); !where.empty())
    throw std::runtime_error("the problem starts outside of its bounds: " + where);
  iterate_ = start_;
  result_.instance_label = instance->label == nullptr ? "" : instance->label;
  result_.initial_loss = result_.final_loss = result_.best_loss = nan;
  run_.struct_size = sizeof run_;
  run_.dimension = instance->dimension;
  run_.lower = instance->lower;
  run_.upper = instance->upper;
  run_.initial_point = start_.data();
  run_.seed = seeds.optimizer;
  run_.query_budget = budget.queries.value_or(unlimited);
  run_.iteration_budget = budget.iterations.value_or(unlimited);
  run_.host_data = this;
  run_.evaluate = [](const zeroth_run* run, std::uint64_t n, const double* x, double* f) {
    auto* self = static_cast<Oracle*>(run->host_data);
    return self->guarded([&] { return self->evaluate(n, x, f); });
  };
  run_.iterate = [](const zeroth_run* run, const double* x) {
    auto* self = static_cast<Oracle*>(run->host_data);
    return self->guarded([&] { return self->iterate(x); });
  };
  run_.fail = [](const zeroth_run* run, const char* text) {
    auto* self = static_cast<Oracle*>(run->host_data);
    self->guarded([&] {
      self->plugin_says_ = text == nullptr ? "" : text;
      return ZEROTH_OK;
    });
  };
  run_.extension = [](const zeroth_run* run, const char* id) -> const void* {
    static const zeroth_loss_gradient_1 gradient{
        sizeof(zeroth_loss_gradient_1), 0, [](const zeroth_run* r, const double* x, double* g) {
          auto* self = static_cast<Oracle*>(r->host_data);
          return self->guarded([&] { return self->gradient(x, g); });
        }};
    static const zeroth_trace_1 trace{
        sizeof(zeroth_trace_1), 0,
        [](const zeroth_run* r, const char* name, std::uint64_t n, const double* values) {
          if (name == nullptr || values == nullptr) return;
          auto* self = static_cast<Oracle*>(r->host_data);
          self->guarded([&] {
            self->observed([&] { self->observer_->record(name, {values, n}); });
            return ZEROTH_OK;
          });
        }};
    const auto* self = static_cast<Oracle*>(run->host_data);
    if (self->observer_ != nullptr && std::strcmp(id, ZEROTH_TRACE_1) == 0) return &trace;
    const bool lent = self->gradient_ != nullptr;
    return lent && std::strcmp(id, ZEROTH_LOSS_GRADIENT_1) == 0 ? &gradient : nullptr;
  };
  if (stochastic_ || budget_.target) settle();
}

void Oracle::observe(Observer& observer) {
  observer_ = &observer;
  observed([&] { observer.begin(start_.data()); });
}

// What an analysis does is in no time of the run, and its failure is none of the run.
template <typename Look>
void Oracle::observed(const Look& look) {
  const Clock::time_point before = Clock::now();
  try {
    look();
  } catch (const WorkerLost&) {
    throw;
  } catch (const std::exception& error) {
    log(ZEROTH_LOG_WARNING, fmt::format("an analysis fails: {}", error.what()));
  }
  analysis_time_ += Clock::now() - before;
}

double Oracle::elapsed_seconds() const { return seconds(Clock::now() - started_ - analysis_time_); }

zeroth_status Oracle::end(Outcome outcome, const std::string& message) {
  if (!ended_) {
    ended_ = outcome;
    result_.message = message;
  }
  return ZEROTH_STOP;
}

void Oracle::lose(const WorkerLost& lost) {
  was_cancelled_ = was_cancelled_ || cancelled_;
  ended_ = lost.outcome();
  result_.message = lost.what();
  is_lost_ = true;
}

// No exception of ours enters a plugin.
template <typename Call>
zeroth_status Oracle::guarded(const Call& call) noexcept {
  if (solver_ != std::thread::id() && std::this_thread::get_id() != solver_) {
    called_from_elsewhere_ = true;
    return ZEROTH_BAD_ARGUMENT;
  }
  try {
    const zeroth_status status = call();
    was_told_ = was_told_ || status == ZEROTH_STOP;
    return status;
  } catch (const WorkerLost& lost) {
    lose(lost);
    return ZEROTH_STOP;
  } catch (const std::bad_alloc&) {
    end(Outcome::failed, "out of memory");
    return ZEROTH_OUT_OF_MEMORY;
  } catch (const std::exception& error) {
    end(Outcome::failed, error.what());
    return ZEROTH_INSTANCE_DEAD;
  } catch (...) {
    end(Outcome::failed, "an exception that is no std::exception");
    return ZEROTH_INSTANCE_DEAD;
  }
}

// Whether queries more may be asked now; else the run has ended.
bool Oracle::may_go_on(std::uint64_t queries) {
  if (ended_ || was_cancelled_) {
    calls_after_stop_ += was_told_ ? 1 : 0;
    return false;
  }
  if (cancelled_.load(std::memory_order_relaxed)) {
    was_cancelled_ = true;
    return false;
  }
  if (budget_.queries &&
      (queries > *budget_.queries || result_.queries > *budget_.queries - queries)) {
    end(Outcome::budget);
    return false;
  }
  if (budget_.iterations && result_.iterations >= *budget_.iterations) {
    end(Outcome::budget);
    return false;
  }
  if (time_is_over()) {
    end(Outcome::timeout);
    return false;
  }
  return true;
}

bool Oracle::time_is_over() const {
  return budget_.seconds && elapsed_seconds() > *budget_.seconds;
}

// A batch was cut short: what was answered counts.
zeroth_status Oracle::end_within(std::uint64_t n, const double* x, const double* f) {
  consider(n, x, f, true);
  result_.queries += rows_answered_;
  if (watcher_) watcher_(incumbent_, result_.queries);
  may_go_on(0);
  return ZEROTH_STOP;
}

// Finite and inside the bounds; else the run has ended, and says which coordinate.
bool Oracle::admissible(std::uint64_t n, const double* x) {
  const std::size_t d = iterate_.size();
  if (!all_finite(x, n * d)) {
    const std::size_t i = static_cast<std::size_t>(
        std::find_if(x, x + n * d, [](double v) { return !std::isfinite(v); }) - x);
    end(Outcome::non_finite,
        fmt::format("the optimizer asked for a point that is not finite ({} is {})", place(i, d),
                    x[i]));
    return false;
  }
  const std::string where = outside(instance_.abi(), n, x);
  if (where.empty()) return true;
  end(Outcome::failed, fmt::format("the optimizer left the bounds ({})", where));
  return false;
}

zeroth_status Oracle::evaluate(std::uint64_t n, const double* x, double* f) {
  if (!may_go_on(n)) return ZEROTH_STOP;
  if (n == 0) {  // for ever, perhaps
    end(Outcome::failed, "the optimizer asked for the values of no points");
    return ZEROTH_BAD_ARGUMENT;
  }
  if (n > PTRDIFF_MAX / sizeof *x / iterate_.size()) {
    end(Outcome::failed, fmt::format("the optimizer asked for {} points at once", n));
    return ZEROTH_BAD_ARGUMENT;
  }
  if (!admissible(n, x)) return ZEROTH_BAD_ARGUMENT;
  if (loss_is_due_ && std::memcmp(x, iterate_.data(), iterate_.size() * sizeof *x) != 0) {
    settle();
    if (ended_) return ZEROTH_STOP;
  }
  const zeroth_status status = ask(minibatch_key(), result_.queries + 1, n, x, f);
  if (ended_) return ZEROTH_STOP;
  if (was_cut_) return end_within(n, x, f);
  consider(n, x, f, true);
  result_.queries += n;
  if (watcher_) watcher_(incumbent_, result_.queries);
  if (loss_is_due_) record(f[0], status == ZEROTH_DISCARD);
  if (status == ZEROTH_OK && !all_finite(f, n)) {
    return end(Outcome::non_finite,
               "the objective is not finite at a point that the optimizer asked for");
  }
  return status;
}

zeroth_status Oracle::iterate(const double* x) {
  if (!may_go_on(0)) return ZEROTH_STOP;
  if (!admissible(1, x)) return ZEROTH_BAD_ARGUMENT;
  settle();
  if (ended_) return ZEROTH_STOP;
  if (observer_ != nullptr) {
    observed([&] { observer_->iterated(result_.iterations + 1, iterate_.data(), x); });
  }
  const bool stays =
      !stochastic_ && std::memcmp(x, iterate_.data(), iterate_.size() * sizeof *x) == 0;
  std::copy_n(x, iterate_.size(), iterate_.begin());
  loss_is_due_ = true;
  queries_at_iterate_ = result_.queries;
  ++result_.iterations;
  if (stays) {
    const double loss = result_.trace.back().loss;
    record(loss, std::isnan(loss));
  } else if (!incumbent_.x.empty() &&
             std::memcmp(x, incumbent_.x.data(), iterate_.size() * sizeof *x) == 0) {
    record(incumbent_.f, false);
  }
  if (stochastic_ || budget_.target) settle();
  if (ended_) return ZEROTH_STOP;
  if (budget_.iterations && result_.iterations >= *budget_.iterations) return end(Outcome::budget);
  return ZEROTH_OK;
}

zeroth_status Oracle::gradient(const double* x, double* g) {
  if (!admissible(1, x)) return ZEROTH_BAD_ARGUMENT;
  Message message;
  const Clock::time_point before = Clock::now();
  const zeroth_status status = (*gradient_)(x, g, &message.abi);
  problem_time_ += Clock::now() - before;
  if (is_error(status)) {
    end(Outcome::failed,
        "the problem's gradient failed: " + failure_text(status, message.text.data()));
  }
  return status;
}

// One call into the problem, timed; an error of the problem ends the run.
// query: number of the first point; 0: they are not charged.
zeroth_status Oracle::ask(std::uint64_t minibatch, std::uint64_t query, std::uint64_t n,
                          const double* x, double* f) {
  Message message;
  std::fill_n(f, n, nan);  // what is not written is no value
  const Clock::time_point before = Clock::now();
  const zeroth_status status = evaluate_all(minibatch, query, n, x, f, &message.abi);
  problem_time_ += Clock::now() - before;
  const bool is_cut = was_cut_ && status == ZEROTH_STOP;
  if (status != ZEROTH_OK && status != ZEROTH_DISCARD && !is_cut) {
    end(Outcome::failed, "the problem failed: " + failure_text(status, message.text.data()));
  }
  return status;
}

// Cut where the problem allows, and always there: a matrix product rounds differently for another
// number of rows.
zeroth_status Oracle::evaluate_all(std::uint64_t minibatch, std::uint64_t query, std::uint64_t n,
                                   const double* x, double* f, zeroth_message* message) {
  const std::uint64_t rows = instance_->batch_rows;
  was_cut_ = false;
  rows_answered_ = 0;
  if (rows == 0 || n <= rows) return answer(minibatch, query, n, x, f, message);
  return in_pieces((n + rows - 1) / rows, message, [&](std::uint64_t piece, zeroth_message* here) {
    if (cancelled_.load(std::memory_order_relaxed) || time_is_over()) {
      was_cut_ = true;
      return zeroth_status{ZEROTH_STOP};
    }
    const std::uint64_t first = piece * rows, count = std::min(rows, n - first);
    const zeroth_status status = answer(minibatch, query == 0 ? 0 : query + first, count,
                                        x + first * iterate_.size(), f + first, here);
    rows_answered_ += count;
    return status;
  });
}

// Of the problem, or known from before.
zeroth_status Oracle::answer(std::uint64_t minibatch, std::uint64_t query, std::uint64_t n,
                             const double* x, double* f, zeroth_message* message) {
  const std::size_t d = iterate_.size();
  if (evaluations_ != nullptr && evaluations_->recall(query, n, d, x, f)) {
    const bool all_have_one = std::none_of(f, f + n, [](double v) { return std::isnan(v); });
    return all_have_one ? ZEROTH_OK : ZEROTH_DISCARD;
  }
  const zeroth_status status = instance_.evaluate(minibatch, n, x, f, message);
  if (evaluations_ != nullptr && (status == ZEROTH_OK || status == ZEROTH_DISCARD))
    evaluations_->add(query, n, d, x, f);
  return status;
}

// Keeps the best of all points.  For a stochastic problem there is none.
void Oracle::consider(std::uint64_t n, const double* x, const double* f, bool charged) {
  if (stochastic_) return;
  std::uint64_t best = n;
  double least = incumbent_.f;
  for (std::uint64_t i = 0; i < n; ++i) {
    if (!std::isfinite(f[i]) || least <= f[i]) continue;
    best = i;
    least = f[i];
  }
  if (best == n) return;
  incumbent_.x.assign(x + best * iterate_.size(), x + (best + 1) * iterate_.size());
  incumbent_.f = least;
  incumbent_.query = charged ? result_.queries + best + 1 : 0;
}

// Evaluates the loss of the current iterate if it is still due.
void Oracle::settle() {
  if (!loss_is_due_) return;
  double loss = nan;
  const zeroth_status status = ask(ZEROTH_FULL_DATA, 0, 1, iterate_.data(), &loss);
  if (status == ZEROTH_OK || status == ZEROTH_DISCARD) {
    consider(1, iterate_.data(), &loss, false);
    record(loss, status == ZEROTH_DISCARD);
  }
  loss_is_due_ = false;
}

void Oracle::record(double loss, bool discarded) {
  loss_is_due_ = false;
  const bool unknown = discarded && !std::isfinite(loss);
  if (unknown) loss = nan;
  result_.trace.push_back({result_.iterations, queries_at_iterate_, loss});
  if (result_.trace.size() == 1) result_.initial_loss = loss;
  if (unknown) return;
  result_.final_loss = loss;
  if (!(result_.best_loss <= loss)) result_.best_loss = std::isnan(loss) ? result_.best_loss : loss;
  if (!std::isfinite(loss)) {
    end(Outcome::non_finite, fmt::format("the loss of iterate {} is {}", result_.iterations, loss));
    return;
  }
  if (std::isnan(first_success_iteration_) && success_ != nullptr &&
      success_->succeeded(&instance_.abi(), iterate_.data(), loss) != 0) {
    first_success_iteration_ = static_cast<double>(result_.iterations);
    first_success_queries_ = static_cast<double>(queries_at_iterate_);
  }
  if (budget_.target && loss <= *budget_.target) end(Outcome::target);
}

// The problem's metrics at the last iterate.
void Oracle::measure() {
  if (const zeroth_metrics_1* metrics = instance_.is_dead() ? nullptr : instance_.metrics()) {
    std::vector<double> values(metrics->count, nan);
    if (metrics->measure(&instance_.abi(), iterate_.data(), values.data()) != ZEROTH_OK) {
      std::fill(values.begin(), values.end(), nan);
    }
    for (std::size_t i = 0; i < values.size(); ++i)
      result_.metrics.emplace_back(metrics->names[i], values[i]);
  }
  if (success_ != nullptr) {
    result_.metrics.emplace_back("first_success_iteration", first_success_iteration_);
    result_.metrics.emplace_back("first_success_queries", first_success_queries_);
  }
}

// Never ZEROTH_FULL_DATA.
std::uint64_t Oracle::minibatch_key() const {
  return stochastic_ ? mix(minibatch_seed_, result_.iterations) | 1u : ZEROTH_FULL_DATA;
}

std::optional<RunResult> Oracle::solved_by(const Optimizer& optimizer) {
  zeroth_status status = ZEROTH_OK;
  solver_ = std::this_thread::get_id();
  try {
    status = optimizer.solve(run_);
  } catch (const WorkerLost& lost) {
    lose(lost);
  }
  solver_ = std::thread::id();
  if (called_from_elsewhere_)
    end(Outcome::failed, "the optimizer called from a thread that was not in solve()");
  return finish(status);
}

std::optional<RunResult> Oracle::finish(zeroth_status status) {
  if (was_cancelled_ && !keeps_what_is_done_) return std::nullopt;
  if (is_lost_) {  // perhaps the problem's: it is not asked again
    close();
    return std::move(result_);
  }
  if (was_cancelled_) {
    ended_ = Outcome::interrupted;
  } else if (ended_ != Outcome::failed) {
    // The last loss may end the run in another way, which the limit must not hide.
    std::optional<Outcome> limit;
    if (ended_ == Outcome::budget || ended_ == Outcome::timeout) limit.swap(ended_);
    settle();
    if (!ended_) ended_ = limit;
  }
  const bool at_a_limit =
      ended_ == Outcome::budget || ended_ == Outcome::target || ended_ == Outcome::timeout;
  if (is_error(status) && (!ended_ || at_a_limit)) {
    ended_ = Outcome::failed;
    result_.message = "the optimizer failed: " + failure_text(status, plugin_says_.c_str());
  } else if (at_a_limit && calls_after_stop_ > 0) {
    result_.message =
        fmt::format("the optimizer was told to stop and called again {} times", calls_after_stop_);
  }
  measure();
  close();
  return std::move(result_);
}

void Oracle::close() {
  result_.outcome = ended_.value_or(Outcome::completed);
  result_.problem_seconds = seconds(problem_time_);
  result_.wall_seconds = elapsed_seconds();
}

}  // namespace zeroth::host
