// The optimizer's only way to the problem: it counts, checks, stops, times and records.
#pragma once

#include <zeroth/abi.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "awake_clock.hpp"
#include "plugins/instances.hpp"
#include "run/evaluations.hpp"
#include "run/incumbent.hpp"
#include "run/loss_gradient.hpp"
#include "run/observer.hpp"
#include "run/result.hpp"
#include "run/worker_lost.hpp"
#include "spec/experiment.hpp"

namespace zeroth::host {

/// The random numbers of a run, each from a seed of its own.
struct Seeds {
  explicit Seeds(std::uint64_t run_seed);
  std::uint64_t start, optimizer, minibatches;
};

/// One run, seen from the optimizer.
///
/// The loss of an iterate is the problem's full-data loss there.  It is not charged.  Where the
/// problem is deterministic, a value that was asked for is not asked for again: the iterate may be
/// the incumbent, or the first point of the next batch, since most optimizers evaluate where they
/// are first.  Threads: one caller.
class Oracle {
 public:
  /// The instance, cancelled and evaluations must outlive the oracle.
  ///
  /// evaluations  of a deterministic problem: has every one, and answers for the problem where it
  ///              knows.  Null: none.
  Oracle(const Instance& instance, const Budget& budget, const Seeds& seeds,
         const std::atomic<bool>& cancelled, Evaluations* evaluations = nullptr);
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  /// What solve() gets.
  const zeroth_run& run() const { return run_; }
  /// Makes it a training run, which may ask for the gradient.  It must outlive the oracle.
  void lend(const LossGradient& gradient) { gradient_ = &gradient; }
  /// Its analyses: the run lends trace/1.  It must outlive the oracle.
  void observe(Observer& observer);
  /// Called after every batch, on the thread of the optimizer, with all that was charged.
  void watch(std::function<void(const Incumbent&, std::uint64_t queries)> watcher) {
    watcher_ = std::move(watcher);
  }
  /// Of a deterministic problem; stays empty for a stochastic one, whose values do not compare.
  const Incumbent& incumbent() const { return incumbent_; }
  /// From now on a run that is cancelled has a result: the part that was done.
  void keep_what_is_done() { keeps_what_is_done_ = true; }
  /// How the run has ended, if it has.
  std::optional<Outcome> ended() const { return ended_; }

  /// The whole run: solve() and finish().  A plugin's process that is lost ends it, too.
  std::optional<RunResult> solved_by(const Optimizer& optimizer);
  /// Records the last iterate and closes the books.  status: what solve() returned.
  /// Nothing when the run was cancelled and is not to be kept.
  std::optional<RunResult> finish(zeroth_status status);

 private:
  using Clock = AwakeClock;

  template <typename Call>
  zeroth_status guarded(const Call& call) noexcept;
  zeroth_status evaluate(std::uint64_t n, const double* x, double* f);
  zeroth_status iterate(const double* x);
  zeroth_status gradient(const double* x, double* g);
  template <typename Look>
  void observed(const Look& look);
  zeroth_status end(Outcome outcome, const std::string& message = "");
  void lose(const WorkerLost& lost);
  double elapsed_seconds() const;  // without analyses
  bool may_go_on(std::uint64_t queries);
  zeroth_status end_within(std::uint64_t n, const double* x, const double* f);
  bool admissible(std::uint64_t n, const double* x);
  zeroth_status ask(std::uint64_t minibatch, std::uint64_t query, std::uint64_t n, const double* x,
                    double* f);
  zeroth_status evaluate_all(std::uint64_t minibatch, std::uint64_t query, std::uint64_t n,
                             const double* x, double* f, zeroth_message* message);
  zeroth_status answer(std::uint64_t minibatch, std::uint64_t query, std::uint64_t n,
                       const double* x, double* f, zeroth_message* message);
  bool time_is_over() const;
  void settle();
  void consider(std::uint64_t n, const double* x, const double* f, bool charged);
  void record(double loss, bool discarded);
  void measure();
  void close();
  std::uint64_t minibatch_key() const;

  const Instance& instance_;
  const Budget budget_;
  const std::uint64_t minibatch_seed_;
  const std::atomic<bool>& cancelled_;
  Evaluations* const evaluations_;
  const zeroth_success_1* success_;
  const bool stochastic_;
  const Clock::time_point started_ = Clock::now();
  Clock::duration problem_time_{}, analysis_time_{};

  std::vector<double> start_, iterate_;   // the initial point and the current iterate
  std::uint64_t queries_at_iterate_ = 0;  // charged when it was reached
  bool loss_is_due_ = true;               // of iterate_
  Incumbent incumbent_;
  std::function<void(const Incumbent&, std::uint64_t)> watcher_;
  bool keeps_what_is_done_ = false;
  std::optional<Outcome> ended_;
  bool was_cancelled_ = false;
  bool is_lost_ = false;                            // the process of a plugin
  std::atomic<bool> called_from_elsewhere_{false};  // than from solver_
  std::atomic<bool> was_cut_{false};                // the batch, for want of time
  bool was_told_ = false;                           // the optimizer, that the run is over
  std::thread::id solver_;                          // in solve(); none: any may call
  std::uint64_t calls_after_stop_ = 0;
  std::atomic<std::uint64_t> rows_answered_{0};             // of a batch in pieces
  double first_success_iteration_, first_success_queries_;  // NaN until then
  std::string plugin_says_;                                 // through run.fail
  RunResult result_;
  const LossGradient* gradient_ = nullptr;
  Observer* observer_ = nullptr;
  zeroth_run run_{};
};

}  // namespace zeroth::host
