#include "run/observer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <limits>
#include <stdexcept>

#include "plugins/log.hpp"
#include "run/rehearsal.hpp"

namespace zeroth::host {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double norm(std::span<const double> v) {
  double largest = 0, sum = 0;  // first, so that squares neither overflow nor vanish
  for (const double value : v) largest = std::fmax(largest, std::fabs(value));
  if (!(largest > 0) || !std::isfinite(largest)) return largest > 0 ? nan : 0;
  for (const double value : v) sum += value / largest * (value / largest);
  return largest * std::sqrt(sum);
}

// NaN where one of them is zero or not finite.
double cosine(std::span<const double> a, std::span<const double> b) {
  const double length_a = norm(a), length_b = norm(b);
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += a[j] / length_a * (b[j] / length_b);
  return std::isfinite(sum) ? sum : nan;
}

}  // namespace

Observer::Observer(const Plan& plan, const PlannedRun& cell, const Instance& instance)
    : instance_(instance), seed_(cell.seed), d_(instance.dimension()), gradient_(d_) {
  for (const std::size_t a : cell.analyses) {
    const Analysis& analysis = plan.matrix.analyses[a];
    const AnalysisSpec& spec = analysis.spec;
    cosine_ = cosine_ || spec.kind == AnalysisKind::cosine;
    internals_ = internals_ || spec.kind == AnalysisKind::internals;
    replay_ = replay_ || spec.kind == AnalysisKind::replay;
    pictures_ = pictures_ || spec.kind == AnalysisKind::pictures;
    coordinates_[spec.kind].insert(spec.coordinates.begin(), spec.coordinates.end());
    drawn_iterations_.insert(spec.iterations.begin(), spec.iterations.end());
    for (const Configuration& rule : analysis.rules) rules_.push_back(&rule);
  }
}

void Observer::begin(const double* x) {
  last_.assign(x, x + d_);
  if (internals_) describe(AnalysisKind::internals, "iterate", 0, last_);
  if (drawn_iterations_.count(0) != 0) draw(0, x);
}

void Observer::record(const std::string& name, std::span<const double> values) {
  traced_.emplace_back(name, std::vector<double>(values.begin(), values.end()));
}

void Observer::iterated(std::uint64_t iteration, const double* from, const double* to) {
  const auto traced = [&](const char* name) -> const std::vector<double>* {
    for (const auto& [known, values] : traced_) {
      if (known == name && values.size() == d_) return &values;
    }
    return nullptr;
  };
  const std::vector<double>* estimate = traced("estimate");
  if (cosine_) {
    const double value = estimate == nullptr || instance_.gradient() == nullptr
                             ? nan
                             : cosine(*estimate, gradient_at(from));
    series(AnalysisKind::cosine, "cosine").rows.push_back({iteration, value});
  }
  if (internals_) {
    describe(AnalysisKind::internals, "iterate", iteration, {to, d_});
    for (const auto& [name, values] : traced_)
      describe(AnalysisKind::internals, name, iteration, values);
  }
  if (replay_ && estimate != nullptr && estimates_.size() == (iteration - 1) * d_)
    estimates_.insert(estimates_.end(), estimate->begin(), estimate->end());
  if (pictures_) {
    last_.assign(to, to + d_);
    const std::vector<double>* deviation = traced("deviation");
    last_deviation_ = deviation == nullptr ? std::vector<double>() : *deviation;
  }
  last_iteration_ = iteration;
  traced_.clear();
  if (pictures_ && drawn_iterations_.count(iteration) != 0) draw(iteration, to);  // may throw
}

void Observer::conclude(RunResult& result) {
  const bool drawn = !drawn_.empty() && drawn_.back().iteration == last_iteration_;
  try {
    if (pictures_ && !drawn && !is_failure(result.outcome)) draw(last_iteration_, last_.data());
  } catch (const std::exception& error) {  // the run is done, and stays as it is
    log(ZEROTH_LOG_WARNING, fmt::format("pictures of the last iterate: {}", error.what()));
  }
  if (!is_failure(result.outcome)) {  // else the instance may be dead
    for (const Configuration* rule : rules_) replay_rule(*rule);
  }
  result.series = std::move(series_);
  result.pictures = std::move(drawn_);
}

Series& Observer::series(AnalysisKind analysis, const std::string& name,
                         std::optional<std::uint64_t> coordinate) {
  const auto [found, is_new] = places_.try_emplace({analysis, {name, coordinate}}, series_.size());
  if (is_new) series_.push_back({name_of(analysis), name, coordinate, {}});
  return series_[found->second];
}

// Norm and chosen coordinates of a vector.
void Observer::describe(AnalysisKind analysis, const std::string& name, std::uint64_t iteration,
                        std::span<const double> values) {
  series(analysis, name).rows.push_back({iteration, norm(values)});
  for (const std::uint64_t j : coordinates_[analysis]) {
    if (j < values.size()) series(analysis, name, j).rows.push_back({iteration, values[j]});
  }
}

// Of the full data; NaN where it fails.
std::span<const double> Observer::gradient_at(const double* x) {
  const zeroth_status status =
      instance_.gradient()->gradient(&instance_.abi(), ZEROTH_FULL_DATA, x, gradient_.data());
  if (status != ZEROTH_OK) std::fill(gradient_.begin(), gradient_.end(), nan);
  return gradient_;
}

void Observer::draw(std::uint64_t iteration, const double* x) {
  const zeroth_render_1* render = instance_.render();
  std::array<std::uint32_t, 3> shape{};
  if (render == nullptr || render->shape(&instance_.abi(), shape.data()) != ZEROTH_OK) return;
  if ((shape[0] != 1 && shape[0] != 3) || shape[1] == 0 || shape[2] == 0) {
    throw std::runtime_error(fmt::format("the problem's pictures have {} channels x {} x {} pixels",
                                         shape[0], shape[1], shape[2]));
  }
  const std::size_t size = std::size_t{shape[0]} * shape[1] * shape[2];
  std::vector<double> values(size * render->count);
  if (render->draw(&instance_.abi(), x, values.data()) != ZEROTH_OK) return;
  const auto add = [&](const std::string& name, double lowest, double highest,
                       std::vector<double> picture) {
    drawn_.push_back(
        {iteration, name, shape[0], shape[1], shape[2], lowest, highest, std::move(picture)});
  };
  for (std::uint32_t k = 0; k < render->count; ++k) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(k * size);
    add(render->names[k], render->lowest[k], render->highest[k],
        {first, first + static_cast<std::ptrdiff_t>(size)});
  }
  if (last_deviation_.size() == size && iteration > 0) {
    std::vector<double> variance(size);
    std::transform(last_deviation_.begin(), last_deviation_.end(), variance.begin(),
                   [](double s) { return s * s; });
    const double most = *std::max_element(variance.begin(), variance.end());
    add(variance_picture, 0, most, std::move(variance));
  }
  const zeroth_metrics_1* metrics = instance_.metrics();
  if (metrics == nullptr) return;
  std::vector<double> measured(metrics->count, nan);
  if (metrics->measure(&instance_.abi(), x, measured.data()) != ZEROTH_OK) return;
  for (std::uint32_t k = 0; k < metrics->count; ++k) {
    series(AnalysisKind::pictures, metrics->names[k]).rows.push_back({iteration, measured[k]});
  }
}

void Observer::replay_rule(const Configuration& rule) {
  std::string why;
  try {
    const Optimizer optimizer(*rule.descriptor, rule.values, rule.where);
    why = replay(optimizer, instance_, seed_, estimates_,
                 [&](std::uint64_t iteration, std::span<const double> update) {
                   describe(AnalysisKind::replay, rule.label, iteration, update);
                 });
  } catch (const std::exception& error) {
    why = error.what();
  }
  if (why.empty()) return;
  log(ZEROTH_LOG_WARNING, fmt::format("{}: replay of {}: {}", rule.where, rule.label, why));
}

}  // namespace zeroth::host
