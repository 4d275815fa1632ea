#include "check/probe_run.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <string_view>

#include "check/child.hpp"

namespace zeroth::host::check {

double quadratic(std::span<const double> x) {
  double sum = 0.0;
  for (const double value : x) sum += 0.5 * (value - 0.3) * (value - 0.3);
  return sum;
}

namespace {

const zeroth_loss_gradient_1 loss_gradient{sizeof(zeroth_loss_gradient_1), 0,
                                           [](const zeroth_run* run, const double* x, double* g) {
                                             for (std::uint32_t j = 0; j < run->dimension; ++j)
                                               g[j] = x[j] - 0.3;
                                             return zeroth_status{ZEROTH_OK};
                                           }};

}  // namespace

ProbeRun::ProbeRun(ProbeSettings settings) : settings_(std::move(settings)) {
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
  run_.fail = [](const zeroth_run* run, const char* text) {
    of(run).failure_ = text == nullptr ? "" : text;
  };
  run_.extension = [](const zeroth_run* run, const char* id) -> const void* {
    const bool lent =
        of(run).settings_.is_training && std::string_view(id) == ZEROTH_LOSS_GRADIENT_1;
    return lent ? &loss_gradient : nullptr;
  };
}

bool ProbeRun::same_as(const ProbeRun& other) const {
  return said_.size() == other.said_.size() &&
         std::memcmp(said_.data(), other.said_.data(), said_.size() * sizeof(double)) == 0;
}

zeroth_status ProbeRun::give_to(const Optimizer& optimizer) { return optimizer.solve(lend()); }

const zeroth_run& ProbeRun::lend() {
  solver_ = std::this_thread::get_id();
  return run_;
}

ProbeRun& ProbeRun::of(const zeroth_run* run) {
  auto& found = *static_cast<ProbeRun*>(run->host_data);
  if (std::this_thread::get_id() != found.solver_)
    conclude({Verdict::fail,
              "only the thread that is in solve() may call evaluate, iterate and fail: another one "
              "did"});
  return found;
}

zeroth_status ProbeRun::evaluate(std::uint64_t n, const double* x, double* f) {
  if (n == 0) conclude({Verdict::fail, "it asks for the values of no points"});
  if (const zeroth_status status = enter(n); status != ZEROTH_OK) return status;
  if (!admissible(n, x)) return ZEROTH_BAD_ARGUMENT;
  const std::size_t d = run_.dimension;
  said_.push_back(static_cast<double>(n));
  said_.insert(said_.end(), x, x + n * d);
  bool failed = false;
  for (std::size_t i = 0; i < n; ++i) {
    f[i] = settings_.objective(++queries_, {x + i * d, d});
    failed = failed || std::isnan(f[i]);
  }
  return failed && settings_.discards ? ZEROTH_DISCARD : ZEROTH_OK;
}

zeroth_status ProbeRun::iterate(const double* x) {
  if (const zeroth_status status = enter(0); status != ZEROTH_OK) return status;
  if (!admissible(1, x)) return ZEROTH_BAD_ARGUMENT;
  said_.push_back(-1);
  said_.insert(said_.end(), x, x + run_.dimension);
  stopped_ = ++iterations_ >= settings_.iteration_budget;
  return stopped_ ? ZEROTH_STOP : ZEROTH_OK;
}

// OK when the call may be answered.
zeroth_status ProbeRun::enter(std::uint64_t queries) {
  ++calls_;
  if (stopped_) {
    if (++calls_after_stop_ == 100'000)
      conclude({Verdict::fail, "told to stop, solve() goes on: 100000 calls more"});
    return ZEROTH_STOP;
  }
  if (calls_ == settings_.answer_call) {
    stopped_ = true;
    return settings_.answer;
  }
  stopped_ = queries > settings_.query_budget - queries_ ||
             iterations_ >= settings_.iteration_budget || calls_ > 20'000;
  return stopped_ ? ZEROTH_STOP : ZEROTH_OK;
}

bool ProbeRun::admissible(std::uint64_t n, const double* x) {
  for (std::uint64_t i = 0; i < n * run_.dimension; ++i) {
    const std::uint64_t j = i % run_.dimension;
    const bool inside = std::isfinite(x[i]) && (run_.lower == nullptr || x[i] >= run_.lower[j]) &&
                        (run_.upper == nullptr || x[i] <= run_.upper[j]);
    if (inside) continue;
    if (violation_.empty()) {
      violation_ = fmt::format("in call {}, coordinate {} of point {} is {}", calls_, j,
                               i / run_.dimension, x[i]);
      if (std::isfinite(x[i]))
        violation_ +=
            fmt::format(", not in {} .. {}", run_.lower == nullptr ? -INFINITY : run_.lower[j],
                        run_.upper == nullptr ? INFINITY : run_.upper[j]);
    }
    stopped_ = true;
    return false;
  }
  return true;
}

}  // namespace zeroth::host::check
