#include "tune/search.hpp"

#include <algorithm>
#include <cmath>

namespace zeroth::host {
namespace {

// Runs of all settings asked for at a time, about, so that many threads have work; but of one
// setting at most a quarter, so that little is run in vain.
constexpr std::size_t round_size = 32;

class Search {
 public:
  Search(const Grid& grid, const Losses& losses, const Rule& rule)
      : grid_(grid), losses_(losses), rule_(rule), runs_(losses.front().size()) {}

  SearchState run() {
    bool over = race(coarse());
    for (std::size_t a = 0; a < grid_.axes.size(); ++a) {
      if (!over) {
        state_.at_most += most_between(grid_.axes[a]) * runs_;
      } else if (state_.winner) {
        over = race(between(a));
      }
    }
    return std::move(state_);
  }

 private:
  std::vector<std::size_t> coarse() const {
    std::vector<std::size_t> settings{0};
    for (const Axis& axis : grid_.axes) {
      std::vector<std::size_t> longer;
      for (const std::size_t prefix : settings) {
        for (const std::size_t place : axis.coarse) {
          longer.push_back(prefix * axis.values.size() + place);
        }
      }
      settings = std::move(longer);
    }
    return settings;
  }

  // The winner, with the values of an axis between the coarse neighbours of its own.
  std::vector<std::size_t> between(std::size_t a) const {
    const Axis& axis = grid_.axes[a];
    std::vector<std::size_t> places = grid_.places(state_.tried[*state_.winner].setting);
    const std::size_t centre = places[a];
    const auto at = std::find(axis.coarse.begin(), axis.coarse.end(), centre);
    const std::size_t first = at == axis.coarse.begin() ? 0 : *std::prev(at) + 1;
    const std::size_t end =
        std::next(at) == axis.coarse.end() ? axis.values.size() : *std::next(at);
    std::vector<std::size_t> settings;
    for (places[a] = first; places[a] < end; ++places[a]) {
      if (places[a] != centre) settings.push_back(grid_.setting(places));
    }
    return settings;
  }

  // How many between() may give.
  std::size_t most_between(const Axis& axis) const {
    std::size_t most = 0;
    for (std::size_t k = 0; k < axis.coarse.size(); ++k) {
      const std::size_t first = k == 0 ? 0 : axis.coarse[k - 1] + 1;
      const std::size_t end = k + 1 == axis.coarse.size() ? axis.values.size() : axis.coarse[k + 1];
      most = std::max(most, end - first - 1);
    }
    return most;
  }

  // Until every one is complete or discarded.  False: losses are missing.
  bool race(const std::vector<std::size_t>& settings) {
    std::vector<std::size_t> alive;
    for (const std::size_t setting : settings) {
      alive.push_back(state_.tried.size());
      state_.tried.push_back({setting, 0, 0, false});
    }
    if (alive.empty()) return true;
    if (!advance(alive, rule_.floor ? 1 : runs_)) return false;
    // The most promising goes to the end first, for the others to be measured by.
    const std::size_t leader =
        *std::min_element(alive.begin(), alive.end(), [this](std::size_t a, std::size_t b) {
          return state_.tried[a].score < state_.tried[b].score;
        });
    if (!hopeless(state_.tried[leader]) && !advance({leader}, runs_)) {
      for (const std::size_t c : alive) state_.at_most += c == leader ? 0 : unknown(c);
      return false;
    }
    for (;;) {
      std::vector<std::size_t> open;
      for (const std::size_t c : alive) {
        Candidate& each = state_.tried[c];
        each.discarded = hopeless(each);
        if (!each.discarded && each.runs < runs_) open.push_back(c);
      }
      if (open.empty()) return true;
      alive = std::move(open);
      const std::size_t wide = (round_size + alive.size() - 1) / alive.size();
      if (!advance(alive, std::min(wide, std::max<std::size_t>(1, runs_ / 4)))) return false;
    }
  }

  // As many runs more of each.  False: some are missing, and nothing has changed.
  bool advance(const std::vector<std::size_t>& alive, std::size_t more) {
    for (const std::size_t c : alive) {
      const Candidate& each = state_.tried[c];
      const std::size_t end = std::min(runs_, each.runs + more);
      for (std::size_t run = each.runs; run < end; ++run) {
        if (std::isnan(losses_[each.setting][run])) state_.missing.emplace_back(each.setting, run);
      }
    }
    if (!state_.missing.empty()) {
      for (const std::size_t c : alive) state_.at_most += unknown(c);
      return false;
    }
    for (const std::size_t c : alive) {
      Candidate& each = state_.tried[c];
      each.runs = std::min(runs_, each.runs + more);
      each.score = least_score(each);
      if (each.runs < runs_ || !std::isfinite(each.score)) continue;
      const Candidate* best = state_.winner ? &state_.tried[*state_.winner] : nullptr;
      if (best == nullptr || each.score < best->score ||
          (each.score == best->score && c < *state_.winner)) {
        state_.winner = c;
      }
    }
    return true;
  }

  // The score if all other runs reach the floor.
  double least_score(const Candidate& candidate) const {
    std::vector<double> losses = losses_[candidate.setting];
    std::fill(losses.begin() + static_cast<std::ptrdiff_t>(candidate.runs), losses.end(),
              rule_.floor.value_or(0));
    return score_of(rule_.score, std::move(losses));
  }

  // Losses that it could still need.
  std::size_t unknown(std::size_t c) const {
    const Candidate& candidate = state_.tried[c];
    const std::vector<double>& losses = losses_[candidate.setting];
    return static_cast<std::size_t>(
        std::count_if(losses.begin() + static_cast<std::ptrdiff_t>(candidate.runs), losses.end(),
                      [](double loss) { return std::isnan(loss); }));
  }

  bool hopeless(const Candidate& candidate) const {
    if (candidate.runs == runs_) return false;
    return std::isinf(candidate.score) ||
           (state_.winner && candidate.score > state_.tried[*state_.winner].score);
  }

  const Grid& grid_;
  const Losses& losses_;
  const Rule& rule_;
  const std::size_t runs_;
  SearchState state_;
};

}  // namespace

SearchState search(const Grid& grid, const Losses& losses, const Rule& rule) {
  return Search(grid, losses, rule).run();
}

double score_of(Score score, std::vector<double> losses) {
  const std::size_t n = losses.size();
  if (score == Score::mean) {
    double sum = 0;
    for (const double loss : losses) sum += loss;
    return sum / static_cast<double>(n);
  }
  std::sort(losses.begin(), losses.end());
  return (losses[(n - 1) / 2] + losses[n / 2]) / 2;
}

}  // namespace zeroth::host
