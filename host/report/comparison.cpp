#include "report/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "report/statistics.hpp"

namespace zeroth::host {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

PairedComparison compare_pair(const Blocks& blocks, std::size_t first, std::size_t second) {
  PairedComparison pair;
  pair.first = first;
  pair.second = second;
  std::vector<double> ours, theirs, differences;
  const auto same = [&](const std::vector<double>& row) {
    return row[first] == blocks.losses[0][first] && row[second] == blocks.losses[0][second];
  };
  const bool once = blocks.trials && std::all_of(blocks.losses.begin(), blocks.losses.end(), same);
  for (const std::vector<double>& row : blocks.losses) {
    if (once && !ours.empty()) break;
    ours.push_back(row[first]);
    theirs.push_back(row[second]);
    const bool equal = ours.back() == theirs.back();  // infinities too
    differences.push_back(equal ? 0.0 : ours.back() - theirs.back());
    ++(equal ? pair.ties : differences.back() < 0 ? pair.wins : pair.losses);
  }
  pair.median_difference = quantile(differences, 0.5);
  pair.vargha_delaney = vargha_delaney(ours, theirs);
  pair.test = wilcoxon_signed_rank(differences);
  return pair;
}

}  // namespace

std::vector<Scope> scopes_of(const Results& results) {
  std::vector<Scope> scopes;
  if (results.problems.size() > 1) {
    scopes.push_back({"All problems", {}});
    for (std::size_t p = 0; p < results.problems.size(); ++p) scopes[0].problems.push_back(p);
  }
  for (std::size_t p = 0; p < results.problems.size(); ++p)
    scopes.push_back({results.problems[p].name, {p}});
  return scopes;
}

Blocks blocks_of(const Results& results, const Digest& digest, const Scope& scope,
                 std::optional<std::size_t> checkpoint) {
  Blocks blocks;
  constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> column(results.optimizers.size(), none);
  const auto in_scope = [&](const ReportedRun& run) {
    return std::find(scope.problems.begin(), scope.problems.end(), run.problem) !=
           scope.problems.end();
  };
  for (const ReportedRun& run : results.runs) {
    if (in_scope(run)) column[run.optimizer] = 0;
  }
  for (std::size_t o = 0; o < column.size(); ++o) {
    if (column[o] == none) continue;
    column[o] = blocks.optimizers.size();
    blocks.optimizers.push_back(o);
  }

  using Instance = std::pair<std::size_t, std::size_t>;  // problem, instance
  std::map<Instance, std::map<std::uint64_t, std::vector<std::optional<double>>>> cells;
  std::set<Instance> flat;
  const bool shares = scope.problems.size() > 1;
  for (std::size_t r = 0; r < results.runs.size(); ++r) {
    const ReportedRun& run = results.runs[r];
    if (!in_scope(run)) continue;
    const Reference& reference = digest.references[run.problem][run.instance];
    if (shares && !reference.has_targets()) {
      flat.insert({run.problem, run.instance});
      continue;
    }
    std::vector<std::optional<double>>& cell = cells[{run.problem, run.instance}][run.trial];
    cell.resize(blocks.optimizers.size());
    const double loss = checkpoint ? digest.checkpoints[r][*checkpoint] : run.loss;
    cell[column[run.optimizer]] = std::isnan(loss) ? infinity : loss;
  }
  blocks.without_gap = flat.size();
  blocks.trials = cells.size() == 1;
  for (const auto& [instance, trials] : cells) {
    std::vector<std::vector<double>> rows;
    for (const auto& [trial, cell] : trials) {
      std::vector<double> row;
      for (const std::optional<double>& loss : cell) {
        if (loss) row.push_back(*loss);
      }
      if (row.size() != blocks.optimizers.size()) {
        ++blocks.incomplete;
        continue;
      }
      equate_rounded(row);
      const Reference& reference = digest.references[instance.first][instance.second];
      for (double& loss : row) {
        if (shares) loss = (loss - reference.best) / (reference.start - reference.best);
      }
      rows.push_back(std::move(row));
    }
    if (blocks.trials) {
      if (!rows.empty() && std::count(rows.begin(), rows.end(), rows[0]) == std::ssize(rows)) {
        blocks.repeated = rows.size() - 1;
        rows.resize(1);
      }
      blocks.losses = std::move(rows);
    } else if (!rows.empty()) {
      std::vector<double> means(blocks.optimizers.size(), 0.0);
      for (const std::vector<double>& row : rows) {
        for (std::size_t o = 0; o < means.size(); ++o) means[o] += row[o];
      }
      for (double& value : means) value /= static_cast<double>(rows.size());
      blocks.losses.push_back(std::move(means));
    }
  }
  return blocks;
}

std::optional<Comparison> compare(const Blocks& blocks) {
  const std::size_t k = blocks.optimizers.size();
  if (k < 2 || blocks.losses.size() < 2) return std::nullopt;
  Comparison comparison;
  comparison.friedman = friedman(blocks.losses);
  comparison.critical_difference = critical_difference(comparison_level, k, blocks.losses.size());
  const std::vector<double>& rank = comparison.friedman.mean_ranks;
  comparison.order.resize(k);
  std::iota(comparison.order.begin(), comparison.order.end(), std::size_t{0});
  std::stable_sort(comparison.order.begin(), comparison.order.end(),
                   [&](std::size_t a, std::size_t b) { return rank[a] < rank[b]; });
  // The longest stretches of the ranking within the critical difference.
  std::size_t covered = 0;
  for (std::size_t first = 0; first < k; ++first) {
    std::size_t last = first;
    while (last + 1 < k && rank[comparison.order[last + 1]] - rank[comparison.order[first]] <=
                               comparison.critical_difference) {
      ++last;
    }
    if (last > first && last > covered) comparison.groups.emplace_back(first, last);
    covered = std::max(covered, last);
  }
  for (std::size_t a = 0; a < k; ++a) {
    for (std::size_t b = a + 1; b < k; ++b) {
      comparison.pairs.push_back(compare_pair(blocks, comparison.order[a], comparison.order[b]));
    }
  }
  std::vector<double> p;
  for (const PairedComparison& pair : comparison.pairs) p.push_back(pair.test.p);
  const std::vector<double> corrected = holm(p);
  for (std::size_t i = 0; i < corrected.size(); ++i) comparison.pairs[i].p_holm = corrected[i];
  return comparison;
}

}  // namespace zeroth::host
