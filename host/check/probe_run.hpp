// A zeroth_run over a function of the check's own, which records all that an optimizer says.
#pragma once

#include <zeroth/abi.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "plugins/instances.hpp"

namespace zeroth::host::check {

inline constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

/// 1/2 |x - 0.3|^2, whose gradient a run for training lends.
double quadratic(std::span<const double> x);

struct ProbeSettings {
  std::vector<double> start;
  std::vector<double> lower = {}, upper = {};  // empty: unbounded
  std::uint64_t seed = 1;
  std::uint64_t query_budget = unlimited, iteration_budget = unlimited;
  // Value of the query of this number (1, 2, ...) at x.
  std::function<double(std::uint64_t query, std::span<const double> x)> objective =
      [](std::uint64_t, std::span<const double> x) { return quadratic(x); };
  bool discards = true;  // a batch with NaN is answered DISCARD, else OK as if all were well
  std::uint64_t answer_call = unlimited;  // the call of this number is answered
  zeroth_status answer = ZEROTH_STOP;     // with this, and nothing is done
  bool is_training = false;               // lends loss-gradient/1
};

/// Not to be moved: the optimizer holds its address.  Ends by itself after 20,000 calls.
/// Threads: one optimizer per run.  A call from a thread that is not in solve() ends the test.
class ProbeRun {
 public:
  explicit ProbeRun(ProbeSettings settings);
  ProbeRun(const ProbeRun&) = delete;
  ProbeRun& operator=(const ProbeRun&) = delete;

  /// What solve() answers.
  zeroth_status give_to(const Optimizer& optimizer);
  /// For an episode of training, on this thread.
  const zeroth_run& lend();
  std::uint64_t queries() const { return queries_; }
  std::uint64_t iterations() const { return iterations_; }
  std::uint64_t calls() const { return calls_; }
  std::uint64_t calls_after_stop() const { return calls_after_stop_; }
  /// Every point asked for and every iterate, in order, with the sizes of the batches between them.
  const std::vector<double>& said() const { return said_; }
  bool same_as(const ProbeRun& other) const;  // bit for bit
  /// What the optimizer said through fail(), and the first point that was not finite or not inside
  /// the bounds; empty if there was none.
  const std::string& failure() const { return failure_; }
  const std::string& violation() const { return violation_; }

 private:
  static ProbeRun& of(const zeroth_run* run);
  zeroth_status evaluate(std::uint64_t n, const double* x, double* f);
  zeroth_status iterate(const double* x);
  zeroth_status enter(std::uint64_t queries);
  bool admissible(std::uint64_t n, const double* x);

  ProbeSettings settings_;
  zeroth_run run_{};
  std::thread::id solver_;
  std::vector<double> said_;
  std::uint64_t queries_ = 0, iterations_ = 0, calls_ = 0, calls_after_stop_ = 0;
  bool stopped_ = false;
  std::string failure_, violation_;
};

}  // namespace zeroth::host::check
