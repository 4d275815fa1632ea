#include "report/page_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "report/comparison.hpp"
#include "report/curves.hpp"
#include "report/digest.hpp"
#include "report/page_analyses.hpp"
#include "report/results.hpp"
#include "report/rounded.hpp"
#include "report/statistics.hpp"
#include "report/summary.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

using Json = nlohmann::ordered_json;

std::string without_numbers(const std::string& text) {
  std::string kept;
  std::copy_if(text.begin(), text.end(), std::back_inserter(kept),
               [](char c) { return c < '0' || c > '9'; });
  return kept;
}

// The instances of a problem get a panel each where they are few, and few in all.
constexpr std::size_t most_panels_of_a_problem = 16, most_panels = 48;

// Shares of the gap whose targets are shown one by one, as indices of target_gaps(): 0.1, 0.01,
// 0.001.
constexpr std::size_t single_targets[] = {4, 9, 14};

class Page {
 public:
  Page(const Store& store, const std::vector<std::uint64_t>& at)
      : store_(store),
        at_(at),
        results_(read_results(store)),
        digest_(digest(store, results_, at)) {
    runs_.resize(results_.problems.size());
    for (std::vector<Group>& groups : runs_) groups.resize(results_.optimizers.size());
    std::uint64_t most = 0;
    for (const ReportedRun& run : results_.runs) most = std::max(most, run.iterations);
    for (const std::uint64_t iteration : at_) {
      if (iteration > most) {
        throw UserError("--at", fmt::format("no run has an iteration {}", iteration),
                        fmt::format("the longest has {}", most));
      }
    }
    for (std::size_t r = 0; r < digest_.hits.size(); ++r)
      runs_[results_.runs[r].problem][results_.runs[r].optimizer].push_back(r);
  }

  Json json() const {
    return {{"runs", run_counts()},
            {"optimizers", optimizers()},
            {"problems", problems()},
            {"gaps", rounded(target_gaps())},
            {"scopes", scopes()},
            {"analyses", analyses_data(store_, results_)},
            {"broken", broken_runs()},
            {"how", how()},
            {"common_axis", end_together_in_queries() ? "queries" : "iterations"}};
  }

 private:
  using Group = std::vector<std::size_t>;  // runs

  // Whether optimizers spend equal queries rather than equal iterations: what a budget does.
  bool end_together_in_queries() const {
    const auto spread = [this](std::uint64_t ReportedRun::*spent) {
      double sum = 0;
      for (const std::vector<Group>& groups : runs_) {
        double least = std::numeric_limits<double>::infinity(), most = 0;
        for (const Group& group : groups) {
          std::uint64_t longest = 0;
          for (const std::size_t r : group) {
            if (!results_.runs[r].broken()) longest = std::max(longest, results_.runs[r].*spent);
          }
          if (longest == 0) continue;
          least = std::min(least, static_cast<double>(longest));
          most = std::max(most, static_cast<double>(longest));
        }
        if (most > 0) sum += std::log(most / least);
      }
      return sum;
    };
    return spread(&ReportedRun::queries) < spread(&ReportedRun::iterations);
  }

  Json run_counts() const {
    std::map<std::string, std::size_t> outcomes;
    for (const ReportedRun& run : results_.runs) ++outcomes[name_of(run.outcome)];
    return {{"total", results_.runs.size()}, {"outcomes", outcomes}};
  }

  Json optimizers() const {
    Json list = Json::array();
    for (const ReportedOptimizer& each : results_.optimizers) {
      list.push_back({{"label", each.label}, {"id", each.id}, {"parameters", each.parameters}});
    }
    return list;
  }

  Json problems() const {
    const std::vector<ProblemSummary> summaries = summarize(results_);
    std::size_t panels = 0;
    for (const ReportedProblem& each : results_.problems) panels += each.instances.size();
    Json list = Json::array();
    for (std::size_t p = 0; p < results_.problems.size(); ++p) {
      const ReportedProblem& problem = results_.problems[p];
      const std::size_t count = problem.instances.size();
      const bool few = count > 1 && count <= most_panels_of_a_problem && panels <= most_panels;
      list.push_back({{"name", problem.name},
                      {"id", problem.id},
                      {"parameters", problem.parameters},
                      {"instances", count},
                      {"summary", summary(summaries[p])},
                      {"metrics", metrics(p)},
                      {"curves", curves(p, runs_[p], 1)},
                      {"boxes", boxes(p)},
                      {"panels", few ? instance_panels(p) : Json()}});
    }
    return list;
  }

  static Json summary(const ProblemSummary& problem) {
    Json lines = Json::array();
    for (const SummaryLine& line : problem.lines) {
      lines.push_back({{"optimizer", line.optimizer},
                       {"runs", line.runs},
                       {"failed", line.failures},
                       {"non_finite", line.non_finite},
                       {"discarded", line.discarded},
                       {"median", line.median},
                       {"lower", line.lower_quartile},
                       {"upper", line.upper_quartile},
                       {"rank", line.rank},
                       {"success", line.success_rate},
                       {"milliseconds", line.milliseconds_per_iteration}});
    }
    return lines;
  }

  // Medians over the runs that have them; a metric that is missing in a run counts as the worst.
  Json metrics(std::size_t p) const {
    std::vector<std::string> names;
    std::map<std::pair<std::string, std::size_t>, std::vector<double>> values;
    for (std::size_t o = 0; o < runs_[p].size(); ++o) {
      for (const std::size_t r : runs_[p][o]) {
        for (const auto& [name, value] : results_.runs[r].metrics) {
          if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
          values[{name, o}].push_back(value);
        }
      }
    }
    Json rows = Json::array();
    for (std::size_t o = 0; o < runs_[p].size(); ++o) {
      if (runs_[p][o].empty()) continue;
      Json medians = Json::array();
      for (const std::string& name : names) medians.push_back(quantile(values[{name, o}], 0.5));
      rows.push_back({{"optimizer", o}, {"medians", medians}});
    }
    return {{"names", names}, {"rows", rows}};
  }

  // Of groups by optimizer, at every `stride`-th point of the problem's axes.
  Json curves(std::size_t p, const std::vector<Group>& groups, std::size_t stride) const {
    const auto along = [&](const std::vector<std::uint64_t>& points,
                           const std::vector<std::vector<double>>& losses) {
      std::vector<std::size_t> kept;
      for (std::size_t i = 0; i < points.size(); i += stride) kept.push_back(i);
      if (kept.back() + 1 != points.size()) kept.push_back(points.size() - 1);
      Json x = Json::array(), series = Json::array();
      for (const std::size_t i : kept) x.push_back(points[i]);
      for (std::size_t o = 0; o < groups.size(); ++o) {
        if (groups[o].empty()) continue;
        std::vector<std::vector<double>> thinned;
        for (const std::size_t r : groups[o]) {
          std::vector<double>& run = thinned.emplace_back();
          for (const std::size_t i : kept) run.push_back(losses[r][i]);
        }
        const Curve curve = curve_of(thinned, kept.size());
        series.push_back({{"optimizer", o},
                          {"median", rounded(curve.median)},
                          {"lower", rounded(curve.lower)},
                          {"upper", rounded(curve.upper)},
                          {"mean", rounded(curve.mean)},
                          {"deviation", rounded(curve.deviation)}});
      }
      return Json{{"x", x}, {"series", series}};
    };
    return {{"iterations", along(digest_.iteration_points[p], digest_.by_iteration)},
            {"queries", along(digest_.query_points[p], digest_.by_query)}};
  }

  Json instance_panels(std::size_t p) const {
    Json panels = Json::array();
    for (std::size_t i = 0; i < results_.problems[p].instances.size(); ++i) {
      std::vector<Group> groups(results_.optimizers.size());
      for (std::size_t o = 0; o < groups.size(); ++o) {
        for (const std::size_t r : runs_[p][o]) {
          if (results_.runs[r].instance == i) groups[o].push_back(r);
        }
      }
      const ReportedInstance& instance = results_.problems[p].instances[i];
      const bool plain =
          instance.label.empty() || instance.label == fmt::format("{}", instance.index);
      panels.push_back({{"name", plain ? fmt::format("instance {}", instance.index)
                                       : fmt::format("{}: {}", instance.index, instance.label)},
                        {"curves", curves(p, groups, 3)}});
    }
    return panels;
  }

  Json boxes(std::size_t p) const {
    Json list = Json::array();
    for (std::size_t o = 0; o < runs_[p].size(); ++o) {
      if (runs_[p][o].empty()) continue;
      std::vector<double> losses;
      for (const std::size_t r : runs_[p][o]) losses.push_back(results_.runs[r].loss);
      const Box box = box_of(losses);
      list.push_back({{"optimizer", o},
                      {"finite", box.finite},
                      {"without_loss", box.without_loss},
                      {"low", box.finite > 0 ? Json(box.lower_whisker) : Json()},
                      {"lower", box.lower},
                      {"median", box.median},
                      {"upper", box.upper},
                      {"high", box.upper_whisker},
                      {"mean", box.mean},
                      {"outliers", rounded(box.outliers)},
                      {"left_out", box.outliers_left_out}});
    }
    return list;
  }

  Json scopes() const {
    Json list = Json::array();
    for (const Scope& scope : scopes_of(results_)) {
      Json comparisons = Json::array();
      for (std::size_t i = 0; i < at_.size(); ++i) comparisons.push_back(comparison(scope, i));
      comparisons.push_back(comparison(scope, std::nullopt));
      Json by_target = Json::array(), profiles = Json::array();
      for (const std::size_t target : single_targets) {
        by_target.push_back(target_shares(scope, target, target + 1));
        profiles.push_back(performance_profiles(scope, target));
      }
      const auto [runs, without] = runs_with_targets(scope);
      list.push_back({{"name", scope.name},
                      {"problems", scope.problems},
                      {"runs_with_targets", runs},
                      {"runs_without_targets", without},
                      {"all_targets", target_shares(scope, 0, target_gaps().size())},
                      {"single_targets", by_target},
                      {"profiles", profiles},
                      {"comparisons", comparisons}});
    }
    return list;
  }

  std::pair<std::size_t, std::size_t> runs_with_targets(const Scope& scope) const {
    std::size_t with = 0, without = 0;
    for (const std::size_t p : scope.problems) {
      for (const Group& group : runs_[p]) {
        for (const std::size_t r : group) ++(digest_.hits[r].empty() ? without : with);
      }
    }
    return {with, without};
  }

  static Json steps(std::size_t optimizer, const Steps& steps) {
    return {{"optimizer", optimizer}, {"x", rounded(steps.x)}, {"y", rounded(steps.y)}};
  }

  // Share of (run, target) pairs that were reached, by queries; targets first .. end - 1.
  Json target_shares(const Scope& scope, std::size_t first, std::size_t end) const {
    Json list = Json::array();
    for (std::size_t o = 0; o < results_.optimizers.size(); ++o) {
      std::vector<double> events;
      for (const std::size_t p : scope.problems) {
        for (const std::size_t r : runs_[p][o]) {
          const std::vector<double>& hits = digest_.hits[r];
          if (hits.empty()) continue;
          for (std::size_t t = first; t < end; ++t) events.push_back(std::max(hits[t], 1.0));
        }
      }
      if (!events.empty()) list.push_back(steps(o, cumulative_share(events, events.size())));
    }
    return list;
  }

  // Share of cells (problem, instance, trial) whose target was reached within a factor of the
  // fewest queries that any optimizer needed, of those that all optimizers have a run of.
  Json performance_profiles(const Scope& scope, std::size_t target) const {
    using Cell = std::tuple<std::size_t, std::size_t, std::uint64_t>;
    std::map<Cell, std::map<std::size_t, double>> needed;  // queries, by optimizer
    std::map<std::size_t, std::vector<double>> ratios;     // by optimizer
    for (const std::size_t p : scope.problems) {
      for (std::size_t o = 0; o < runs_[p].size(); ++o) {
        for (const std::size_t r : runs_[p][o]) {
          if (digest_.hits[r].empty()) continue;
          const ReportedRun& run = results_.runs[r];
          needed[{p, run.instance, run.trial}][o] = std::max(digest_.hits[r][target], 1.0);
          ratios[o];
        }
      }
    }
    const std::size_t incomplete =
        std::erase_if(needed, [&](const auto& cell) { return cell.second.size() < ratios.size(); });
    for (const auto& [cell, queries] : needed) {
      double fewest = std::numeric_limits<double>::infinity();
      for (const auto& [optimizer, count] : queries) fewest = std::min(fewest, count);
      for (const auto& [optimizer, count] : queries)
        ratios[optimizer].push_back(std::isfinite(count) ? count / fewest : count);
    }
    Json lines = Json::array();
    if (!needed.empty()) {
      for (const auto& [optimizer, of_cells] : ratios)
        lines.push_back(steps(optimizer, cumulative_share(of_cells, needed.size())));
    }
    return {{"lines", lines}, {"incomplete", incomplete}};
  }

  // How many have ended before that iteration.
  std::size_t runs_before(const Scope& scope, std::uint64_t iteration) const {
    std::size_t ended = 0;
    for (const std::size_t p : scope.problems) {
      for (const Group& group : runs_[p]) {
        for (const std::size_t r : group) ended += results_.runs[r].iterations < iteration ? 1 : 0;
      }
    }
    return ended;
  }

  Json comparison(const Scope& scope, std::optional<std::size_t> checkpoint) const {
    const Blocks blocks = blocks_of(results_, digest_, scope, checkpoint);
    Json json{{"at", checkpoint ? Json(at_[*checkpoint]) : Json()},
              {"blocks", blocks.losses.size()},
              {"trials", blocks.trials},
              {"incomplete", blocks.incomplete},
              {"repeated", blocks.repeated},
              {"without_gap", blocks.without_gap},
              {"ended", checkpoint ? runs_before(scope, at_[*checkpoint]) : 0}};
    const std::optional<Comparison> comparison = compare(blocks);
    if (!comparison) return json;
    const FriedmanTest& friedman = comparison->friedman;
    Json ranking = Json::array(), pairs = Json::array();
    for (const std::size_t column : comparison->order) {
      std::vector<double> losses;
      for (const std::vector<double>& row : blocks.losses) losses.push_back(row[column]);
      ranking.push_back({{"optimizer", blocks.optimizers[column]},
                         {"rank", friedman.mean_ranks[column]},
                         {"mean", mean(losses)},
                         {"median", quantile(losses, 0.5)}});
    }
    for (const PairedComparison& pair : comparison->pairs) {
      pairs.push_back({{"first", blocks.optimizers[pair.first]},
                       {"second", blocks.optimizers[pair.second]},
                       {"wins", pair.wins},
                       {"ties", pair.ties},
                       {"losses", pair.losses},
                       {"difference", pair.median_difference},
                       {"a", pair.vargha_delaney},
                       {"p", pair.test.p},
                       {"p_holm", pair.p_holm},
                       {"exact", pair.test.exact}});
    }
    json["statistic"] = friedman.statistic;
    json["p"] = friedman.p;
    json["critical_difference"] = comparison->critical_difference;
    json["level"] = comparison_level;
    json["ranking"] = ranking;
    json["groups"] = comparison->groups;
    json["pairs"] = pairs;
    return json;
  }

  // Runs without a final loss, those of one reason together: messages that differ in numbers alone
  // are one, such as the iteration at which a loss was not finite.
  Json broken_runs() const {
    struct Found {
      std::size_t runs = 0;
      const ReportedRun* first = nullptr;
    };
    std::map<std::tuple<std::size_t, std::size_t, Outcome, std::string>, Found> reasons;
    for (const ReportedRun& run : results_.runs) {
      if (!std::isnan(run.loss)) continue;
      Found& found =
          reasons[{run.problem, run.optimizer, run.outcome, without_numbers(run.message)}];
      if (found.runs++ == 0) found.first = &run;
    }
    Json list = Json::array();
    for (const auto& [reason, found] : reasons) {
      const ReportedRun& run = *found.first;
      const std::uint64_t instance = results_.problems[run.problem].instances[run.instance].index;
      list.push_back(
          {{"problem", run.problem},
           {"optimizer", run.optimizer},
           {"outcome", name_of(run.outcome)},
           {"message", run.broken() ? run.message : "the problem discarded all its iterates"},
           {"runs", found.runs},
           {"first", fmt::format("instance {}, trial {}, after {} iterations", instance, run.trial,
                                 run.iterations)}});
    }
    return list;
  }

  Json how() const {
    Json json = Json::object();
    for (const auto& [name, value] : store_.provenance()) json[name] = value;
    double wall = 0, problem = 0;
    for (const ReportedRun& run : results_.runs) {
      wall += run.wall_seconds;
      problem += run.problem_seconds;
    }
    json["wall_seconds"] = wall;
    json["problem_seconds"] = problem;
    return json;
  }

  const Store& store_;
  const std::vector<std::uint64_t>& at_;
  Results results_;
  Digest digest_;
  std::vector<std::vector<Group>> runs_;  // by problem and optimizer
};

}  // namespace

nlohmann::ordered_json page_data(const Store& store, const std::vector<std::uint64_t>& at) {
  const Snapshot snapshot = store.snapshot();
  return Page(store, at).json();
}

}  // namespace zeroth::host
