// A zeroth_run over any function, which records all that an optimizer does and enforces its
// contract.
#pragma once

#include <zeroth/abi.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace zeroth::test {

inline constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

struct RunSettings {
  std::function<double(std::span<const double>)> objective;  // NaN: the point failed
  // In place of objective where set: x n x dimension, f n values.
  std::function<void(std::span<const double> x, std::span<double> f)> batch_objective = {};
  std::vector<double> start;
  std::vector<double> lower = {}, upper = {};  // empty: unbounded
  std::uint64_t seed = 1;
  std::uint64_t query_budget = unlimited;
  std::uint64_t iteration_budget = unlimited;
  std::uint64_t answer_call = unlimited;  // the call of this number (1, 2, ...) is answered
  zeroth_status answer = ZEROTH_STOP;     // with this, and nothing is done
  // Offered as zeroth.loss-gradient/1 where set; false: not finite.
  std::function<bool(std::span<const double> x, std::span<double> g)> gradient = {};
  std::vector<double> directions = {};  // n x dimension; empty: zeroth.directions/1 is not offered
  std::vector<double> estimates = {};   // n x dimension; empty: zeroth.estimates/1 is not offered
};

/// What an optimizer did.
struct Trace {
  std::map<std::string, std::vector<std::vector<double>>> internals;  // through zeroth.trace/1
  struct Batch {
    std::vector<double> x, f;  // n x dimension, n
    bool operator==(const Batch&) const = default;
  };
  std::vector<Batch> batches;
  std::vector<std::vector<double>> iterates;
  bool operator==(const Trace&) const = default;

  std::uint64_t queries() const {
    std::uint64_t sum = 0;
    for (const Batch& batch : batches) sum += batch.f.size();
    return sum;
  }
};

/// Not to be moved: the optimizer holds its address.  Threads: one optimizer per run.
class FakeRun {
 public:
  explicit FakeRun(RunSettings settings) : settings_(std::move(settings)) {
    run_.struct_size = sizeof run_;
    run_.dimension = static_cast<std::uint32_t>(settings_.start.size());
    run_.lower = settings_.lower.empty() ? nullptr : settings_.lower.data();
    run_.upper = settings_.upper.empty() ? nullptr : settings_.upper.data();
    run_.initial_point = settings_.start.data();
    run_.seed = settings_.seed;
    run_.query_budget = settings_.query_budget;
    run_.iteration_budget = settings_.iteration_budget;
    run_.host_data = this;
    run_.evaluate = [](const zeroth_run* run, std::uint64_t n, const double* x, double* f) {
      return of(run).evaluate(n, x, f);
    };
    run_.iterate = [](const zeroth_run* run, const double* x) { return of(run).iterate(x); };
    run_.fail = [](const zeroth_run* run, const char* text) { of(run).failure_ = text; };
    run_.extension = [](const zeroth_run* run, const char* id) -> const void* {
      static const zeroth_directions_1 directions{
          sizeof(zeroth_directions_1), 0,
          [](const zeroth_run* r, std::uint64_t n, double* u) { return of(r).draw(n, u); }};
      static const zeroth_trace_1 trace{
          sizeof(zeroth_trace_1), 0,
          [](const zeroth_run* r, const char* name, std::uint64_t n, const double* values) {
            of(r).trace_.internals[name].emplace_back(values, values + n);
          }};
      static const zeroth_loss_gradient_1 gradient{
          sizeof(zeroth_loss_gradient_1), 0, [](const zeroth_run* r, const double* x, double* g) {
            const std::size_t d = r->dimension;
            return of(r).settings_.gradient({x, d}, {g, d}) ? ZEROTH_OK : ZEROTH_DISCARD;
          }};
      static const zeroth_estimates_1 estimates{
          sizeof(zeroth_estimates_1), 0,
          [](const zeroth_run* r, double* g) { return of(r).give_estimate(g); }};
      if (std::strcmp(id, ZEROTH_TRACE_1) == 0) return &trace;
      const RunSettings& given = of(run).settings_;
      if (!given.estimates.empty() && std::strcmp(id, ZEROTH_ESTIMATES_1) == 0) return &estimates;
      if (given.gradient && std::strcmp(id, ZEROTH_LOSS_GRADIENT_1) == 0) return &gradient;
      const bool offered = !given.directions.empty();
      return offered && std::strcmp(id, ZEROTH_DIRECTIONS_1) == 0 ? &directions : nullptr;
    };
  }
  FakeRun(const FakeRun&) = delete;
  FakeRun& operator=(const FakeRun&) = delete;

  const zeroth_run* abi() const { return &run_; }
  const Trace& trace() const { return trace_; }
  std::uint64_t calls() const { return calls_; }
  std::uint64_t calls_after_stop() const { return calls_after_stop_; }
  /// What the optimizer said through fail, "" if nothing.
  const std::string& failure() const { return failure_; }
  /// The first point that was not finite or left the bounds, "" if none did.
  const std::string& violation() const { return violation_; }
  /// At the last iterate; at the start if there is none.
  double final_loss() const {
    double f = 0;
    values(trace_.iterates.empty() ? settings_.start : trace_.iterates.back(), {&f, 1});
    return f;
  }

 private:
  static FakeRun& of(const zeroth_run* run) { return *static_cast<FakeRun*>(run->host_data); }

  void values(std::span<const double> x, std::span<double> f) const {
    if (settings_.batch_objective) return settings_.batch_objective(x, f);
    const std::size_t d = run_.dimension;
    for (std::size_t i = 0; i < f.size(); ++i) f[i] = settings_.objective(x.subspan(i * d, d));
  }

  zeroth_status evaluate(std::uint64_t n, const double* x, double* f) {
    if (const zeroth_status status = enter(n); status != ZEROTH_OK) return status;
    const std::size_t d = run_.dimension;
    if (!admissible(n, x)) return ZEROTH_BAD_ARGUMENT;
    values({x, n * d}, {f, n});
    const bool failed = std::any_of(f, f + n, [](double value) { return std::isnan(value); });
    trace_.batches.push_back({{x, x + n * d}, {f, f + n}});
    queries_ += n;
    return failed ? ZEROTH_DISCARD : ZEROTH_OK;
  }

  zeroth_status iterate(const double* x) {
    if (const zeroth_status status = enter(0); status != ZEROTH_OK) return status;
    if (!admissible(1, x)) return ZEROTH_BAD_ARGUMENT;
    trace_.iterates.emplace_back(x, x + run_.dimension);
    return trace_.iterates.size() >= settings_.iteration_budget ? stop() : ZEROTH_OK;
  }

  zeroth_status enter(std::uint64_t queries) {
    ++calls_;
    if (stopped_) {
      ++calls_after_stop_;
      return ZEROTH_STOP;
    }
    if (calls_ == settings_.answer_call) {
      stopped_ = settings_.answer == ZEROTH_STOP;
      return settings_.answer;
    }
    const bool spent = queries > settings_.query_budget - queries_ ||
                       trace_.iterates.size() >= settings_.iteration_budget;
    return spent ? stop() : ZEROTH_OK;
  }

  zeroth_status stop() {
    stopped_ = true;
    return ZEROTH_STOP;
  }

  bool admissible(std::uint64_t n, const double* x) {
    for (std::uint64_t i = 0; i < n * run_.dimension; ++i) {
      const std::uint64_t j = i % run_.dimension;
      const bool inside = std::isfinite(x[i]) && !(run_.lower && x[i] < run_.lower[j]) &&
                          !(run_.upper && x[i] > run_.upper[j]);
      if (inside) continue;
      if (violation_.empty()) {
        violation_ = "call " + std::to_string(calls_) + ", point " +
                     std::to_string(i / run_.dimension) + ", coordinate " + std::to_string(j) +
                     " is " + std::to_string(x[i]);
      }
      return false;
    }
    return true;
  }

  zeroth_status draw(std::uint64_t n, double* u) {
    const std::uint64_t wanted = n * run_.dimension;
    if (wanted > settings_.directions.size() - drawn_) return ZEROTH_BAD_ARGUMENT;
    std::copy_n(settings_.directions.data() + drawn_, wanted, u);
    drawn_ += wanted;
    return ZEROTH_OK;
  }

  zeroth_status give_estimate(double* g) {
    const std::size_t d = run_.dimension;
    if (given_ == settings_.estimates.size()) return ZEROTH_STOP;
    std::copy_n(settings_.estimates.data() + given_, d, g);
    given_ += d;
    return ZEROTH_OK;
  }

  RunSettings settings_;
  zeroth_run run_{};
  Trace trace_;
  std::uint64_t queries_ = 0, calls_ = 0, calls_after_stop_ = 0, drawn_ = 0, given_ = 0;
  bool stopped_ = false;
  std::string failure_, violation_;
};

/// 1/2 |x - 0.3|^2
inline double quadratic(std::span<const double> x) {
  double sum = 0.0;
  for (const double value : x) sum += 0.5 * (value - 0.3) * (value - 0.3);
  return sum;
}

}  // namespace zeroth::test
