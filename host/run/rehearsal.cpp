#include "run/rehearsal.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

#include "run/oracle.hpp"

namespace zeroth::host {
namespace {

constexpr std::uint64_t most_queries = 100'000;  // of one that makes no iteration

using Hear = std::function<void(std::uint64_t, std::span<const double>)>;

class Rehearsal {
 public:
  /// estimates  empty: values of |x|^2 are given instead, for one iteration.
  Rehearsal(const Instance& instance, std::uint64_t seed, std::span<const double> estimates,
            Hear hear)
      : estimates_(estimates), hear_(std::move(hear)), start_(instance.dimension()) {
    const Seeds seeds(seed);
    if (instance->initial_point(&instance.abi(), seeds.start, start_.data()) != ZEROTH_OK)
      throw std::runtime_error("the problem gives no initial point");
    run_.struct_size = sizeof run_;
    run_.dimension = instance->dimension;
    run_.lower = instance->lower;
    run_.upper = instance->upper;
    run_.initial_point = start_.data();
    run_.seed = seeds.optimizer;
    run_.query_budget = run_.iteration_budget = std::numeric_limits<std::uint64_t>::max();
    run_.host_data = this;
    run_.evaluate = [](const zeroth_run* run, std::uint64_t n, const double* x, double* f) {
      return of(run).evaluate(n, x, f);
    };
    run_.iterate = [](const zeroth_run* run, const double*) { return of(run).iterate(); };
    run_.fail = [](const zeroth_run* run, const char* text) {
      of(run).guarded([&] {
        of(run).failure_ = text == nullptr ? "" : text;
        return ZEROTH_OK;
      });
    };
    run_.extension = extension;
  }

  /// Threads: this.  Rethrows what was thrown inside the plugin's calls.
  void solve(const Optimizer& optimizer) {
    const zeroth_status status = optimizer.solve(run_);
    if (thrown_) std::rethrow_exception(thrown_);
    if (is_error(status)) failure_ = failure_text(status, failure_.c_str());
  }

  const TracedSizes& sizes() const { return sizes_; }
  bool evaluated() const { return queries_ > 0; }
  std::uint64_t iterations() const { return iterations_; }
  const std::string& failure() const { return failure_; }

 private:
  static Rehearsal& of(const zeroth_run* run) { return *static_cast<Rehearsal*>(run->host_data); }

  static const void* extension(const zeroth_run* run, const char* id) {
    static const zeroth_trace_1 trace{
        sizeof(zeroth_trace_1), 0,
        [](const zeroth_run* r, const char* name, std::uint64_t n, const double* values) {
          of(r).guarded([&] {
            of(r).record(name == nullptr ? "" : name, {values, values == nullptr ? 0 : n});
            return ZEROTH_OK;
          });
        }};
    static const zeroth_estimates_1 estimates{
        sizeof(zeroth_estimates_1), 0,
        [](const zeroth_run* r, double* g) { return of(r).next_estimate(g); }};
    if (std::strcmp(id, ZEROTH_TRACE_1) == 0) return &trace;
    const bool offered = !of(run).estimates_.empty();
    return offered && std::strcmp(id, ZEROTH_ESTIMATES_1) == 0 ? &estimates : nullptr;
  }

  // No exception of ours enters a plugin.
  template <typename Call>
  zeroth_status guarded(const Call& call) noexcept {
    try {
      return call();
    } catch (...) {
      thrown_ = std::current_exception();
      return ZEROTH_STOP;
    }
  }

  zeroth_status evaluate(std::uint64_t n, const double* x, double* f) {
    const std::size_t d = start_.size();
    if (!estimates_.empty() || queries_ >= most_queries || iterations_ > 0 || thrown_) {
      ++queries_;
      return ZEROTH_STOP;
    }
    queries_ += n;
    for (std::uint64_t i = 0; i < n; ++i) {
      f[i] = 0;
      for (std::size_t j = 0; j < d; ++j) f[i] += x[i * d + j] * x[i * d + j];
    }
    return ZEROTH_OK;
  }

  zeroth_status iterate() {
    ++iterations_;
    return estimates_.empty() || thrown_ ? ZEROTH_STOP : ZEROTH_OK;
  }

  zeroth_status next_estimate(double* g) {
    const std::size_t d = start_.size();
    if (given_ == estimates_.size() || thrown_) return ZEROTH_STOP;
    std::copy_n(estimates_.data() + given_, d, g);
    given_ += d;
    return ZEROTH_OK;
  }

  void record(const std::string& name, std::span<const double> values) {
    sizes_[name] = values.size();
    if (name == "update" && values.size() == start_.size() && hear_) hear_(iterations_ + 1, values);
  }

  const std::span<const double> estimates_;
  const Hear hear_;
  std::vector<double> start_;
  std::size_t given_ = 0;
  std::uint64_t queries_ = 0, iterations_ = 0;
  TracedSizes sizes_;
  std::string failure_;
  std::exception_ptr thrown_;
  zeroth_run run_{};
};

}  // namespace

TracedSizes traced_by(const Optimizer& optimizer, const Instance& instance) {
  Rehearsal rehearsal(instance, 0, {}, nullptr);
  rehearsal.solve(optimizer);
  return rehearsal.sizes();
}

std::string replay(const Optimizer& rule, const Instance& instance, std::uint64_t seed,
                   std::span<const double> estimates,
                   const std::function<void(std::uint64_t, std::span<const double>)>& hear) {
  if (estimates.empty()) return "";
  Rehearsal rehearsal(instance, seed, estimates, hear);
  rehearsal.solve(rule);
  if (!rehearsal.failure().empty()) return rehearsal.failure();
  if (rehearsal.evaluated()) return "it evaluates points instead of taking the estimates given";
  const TracedSizes& sizes = rehearsal.sizes();
  const auto update = sizes.find("update");
  if (update == sizes.end() || update->second != instance.dimension()) return "it traces no update";
  if (rehearsal.iterations() * instance.dimension() < estimates.size()) {
    return "it ended after " + std::to_string(rehearsal.iterations()) + " of the iterations";
  }
  return "";
}

}  // namespace zeroth::host
