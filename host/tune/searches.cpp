#include "tune/searches.hpp"

#include <algorithm>
#include <cmath>

namespace zeroth::host {

double loss_of(const RunResult& result, const std::vector<std::uint64_t>& at) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double loss = is_broken(result.outcome) ? infinity : mean_loss(result, at);
  return std::isfinite(loss) ? loss : infinity;
}

Searches::Searches(const Tuning& tuning, const Plan& plan, bool exhaustive)
    : tuning_(tuning),
      plan_(plan),
      rule_{tuning.experiment.tune.score, std::nullopt},
      runs_(plan.runs.size() / plan.matrix.optimizers.size()) {
  if (!exhaustive) rule_.floor = tuning.experiment.tune.floor;
  for (const Tuned& each : tuning.optimizers) {
    first_.push_back(places_.size());
    for (std::size_t setting = 0; setting < each.grid.size(); ++setting) {
      places_.emplace_back(losses_.size(), setting);
    }
    losses_.emplace_back(each.grid.size(),
                         std::vector<double>(runs_, std::numeric_limits<double>::quiet_NaN()));
  }
  update();
}

void Searches::learn(const PlannedRun& run, double loss) {
  const auto [k, setting] = places_[run.optimizer];
  losses_[k][setting][run.position / places_.size()] = loss;
  least_ = std::min(least_, loss);
}

bool Searches::update() {
  const bool untrue = rule_.floor && least_ < *rule_.floor;
  if (untrue) rule_.floor.reset();
  states_.clear();
  for (std::size_t k = 0; k < losses_.size(); ++k) {
    states_.push_back(search(tuning_.optimizers[k].grid, losses_[k], rule_));
  }
  return untrue;
}

std::vector<const PlannedRun*> Searches::missing() const {
  std::vector<const PlannedRun*> cells;
  for (std::size_t k = 0; k < states_.size(); ++k) {
    for (const auto& [setting, run] : states_[k].missing) {
      cells.push_back(&plan_.runs[run * places_.size() + first_[k] + setting]);
    }
  }
  std::sort(cells.begin(), cells.end());
  return cells;
}

std::size_t Searches::at_most() const {
  std::size_t sum = 0;
  for (const SearchState& each : states_) sum += each.at_most;
  return sum;
}

}  // namespace zeroth::host
