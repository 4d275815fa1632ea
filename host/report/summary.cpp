#include "report/summary.hpp"

#include <fmt/color.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>

#include "report/statistics.hpp"

namespace zeroth::host {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Samples {
  std::vector<double> losses, ranks, milliseconds;
  std::uint64_t failures = 0, non_finite = 0, discarded = 0, with_success = 0, successes = 0;
};

// What was run on one problem: by optimizer, and by (instance, trial).
struct ProblemRuns {
  std::map<std::size_t, Samples> samples;
  std::map<std::pair<std::size_t, std::uint64_t>, std::vector<std::pair<std::size_t, double>>>
      cells;
};

void add(ProblemRuns& runs, const ReportedRun& run) {
  Samples& samples = runs.samples[run.optimizer];
  samples.losses.push_back(run.loss);
  samples.failures += is_failure(run.outcome) ? 1 : 0;
  samples.non_finite += run.outcome == Outcome::non_finite ? 1 : 0;
  samples.discarded += std::isnan(run.loss) && !run.broken() ? 1 : 0;
  if (run.iterations > 0)
    samples.milliseconds.push_back(1e3 * run.wall_seconds / static_cast<double>(run.iterations));
  for (const auto& [name, value] : run.metrics) {
    if (name != "first_success_iteration") continue;
    ++samples.with_success;
    samples.successes += std::isnan(value) ? 0 : 1;
  }
  runs.cells[{run.instance, run.trial}].emplace_back(run.optimizer, run.loss);
}

SummaryLine line_of(const std::string& optimizer, const Samples& s) {
  SummaryLine line;
  line.optimizer = optimizer;
  line.runs = s.losses.size();
  line.failures = s.failures;
  line.non_finite = s.non_finite;
  line.discarded = s.discarded;
  line.median = quantile(s.losses, 0.5);
  line.lower_quartile = quantile(s.losses, 0.25);
  line.upper_quartile = quantile(s.losses, 0.75);
  line.rank = mean(s.ranks);
  line.success_rate = s.with_success == 0
                          ? nan
                          : static_cast<double>(s.successes) / static_cast<double>(s.losses.size());
  line.milliseconds_per_iteration = quantile(s.milliseconds, 0.5);
  return line;
}

std::vector<SummaryLine> summarize(ProblemRuns& runs,
                                   const std::vector<ReportedOptimizer>& optimizers) {
  for (const auto& [cell, entries] : runs.cells) {
    if (entries.size() < runs.samples.size()) continue;
    std::vector<double> losses;
    for (const auto& [optimizer, loss] : entries) losses.push_back(loss);
    equate_rounded(losses);
    const std::vector<double> cell_ranks = ranks(losses);
    for (std::size_t i = 0; i < entries.size(); ++i)
      runs.samples[entries[i].first].ranks.push_back(cell_ranks[i]);
  }
  std::vector<SummaryLine> lines;
  for (const auto& [optimizer, samples] : runs.samples)
    lines.push_back(line_of(optimizers[optimizer].label, samples));
  std::stable_sort(lines.begin(), lines.end(), [](const SummaryLine& a, const SummaryLine& b) {
    return a.rank < b.rank || (std::isnan(b.rank) && !std::isnan(a.rank));
  });
  return lines;
}

std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{:.5g}", value) : "-";
}

// Code points, as an estimate of columns.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::vector<ProblemSummary> summarize(const Results& results) {
  std::vector<ProblemRuns> problems(results.problems.size());
  for (const ReportedRun& run : results.runs) add(problems[run.problem], run);
  std::vector<ProblemSummary> summaries;
  for (std::size_t p = 0; p < problems.size(); ++p)
    summaries.push_back({results.problems[p].name, summarize(problems[p], results.optimizers)});
  return summaries;
}

std::string format(const std::vector<ProblemSummary>& summaries, bool colours) {
  const auto bold = [colours](const std::string& text) {
    return colours ? fmt::format(fmt::emphasis::bold, "{}", text) : text;
  };
  std::string out;
  for (const ProblemSummary& summary : summaries) {
    const bool successes =
        std::any_of(summary.lines.begin(), summary.lines.end(),
                    [](const SummaryLine& l) { return !std::isnan(l.success_rate); });
    std::vector<std::vector<std::string>> rows{
        {"optimizer", "runs", "median", "quartiles of the final loss", "rank"}};
    if (successes) rows[0].push_back("success");
    rows[0].push_back("ms/iteration");
    rows[0].push_back("");
    for (const SummaryLine& line : summary.lines) {
      std::vector<std::string> row{
          line.optimizer, fmt::format("{}", line.runs), number(line.median),
          fmt::format("{} .. {}", number(line.lower_quartile), number(line.upper_quartile)),
          std::isnan(line.rank) ? "-" : fmt::format("{:.2f}", line.rank)};
      if (successes) {
        row.push_back(
            std::isnan(line.success_rate) ? "-" : fmt::format("{:.0f}%", 100 * line.success_rate));
      }
      row.push_back(std::isnan(line.milliseconds_per_iteration)
                        ? "-"
                        : fmt::format("{:.3g}", line.milliseconds_per_iteration));
      std::string notes;
      if (line.failures > 0) notes += fmt::format("{} failed ", line.failures);
      if (line.non_finite > 0) notes += fmt::format("{} non-finite ", line.non_finite);
      if (line.discarded > 0) notes += fmt::format("{} without a value", line.discarded);
      row.push_back(notes);
      rows.push_back(std::move(row));
    }
    std::vector<std::size_t> widths(rows[0].size());
    for (const auto& row : rows) {
      for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
    }
    out += "\n" + bold(summary.problem) + "\n";
    for (const auto& row : rows) {
      std::string line = " ";
      for (std::size_t c = 0; c < row.size(); ++c) {
        const std::string blanks(widths[c] - width(row[c]), ' ');
        line += c == 0 ? " " + row[c] + blanks : "  " + blanks + row[c];
      }
      line.erase(line.find_last_not_of(' ') + 1);
      out += (&row == &rows[0] ? bold(line) : line) + "\n";
    }
  }
  return out;
}

}  // namespace zeroth::host
