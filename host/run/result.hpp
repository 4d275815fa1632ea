// What one run produced.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace zeroth::host {

/// How a run ended.  timeout: the budget's seconds.  interrupted: by the user, who wanted what was
/// there.  failed: the optimizer or the problem returned an error or broke its contract.  The last
/// three are of plugins in processes of their own.
enum class Outcome {
  completed,
  budget,
  target,
  non_finite,
  timeout,
  interrupted,
  failed,
  crashed,
  time_limit,
  memory_limit
};
inline constexpr auto last_outcome = Outcome::memory_limit;

inline const char* name_of(Outcome outcome) {
  constexpr const char* names[] = {"completed",  "budget",      "target", "non_finite",
                                   "timeout",    "interrupted", "failed", "crashed",
                                   "time_limit", "memory_limit"};
  return names[static_cast<int>(outcome)];
}

/// Whether a plugin is to blame; such a run counts as the worst loss.
inline bool is_failure(Outcome outcome) { return outcome >= Outcome::failed; }

/// Whether the run has no final loss to be judged by: it failed, or did not stay finite.
inline bool is_broken(Outcome outcome) {
  return is_failure(outcome) || outcome == Outcome::non_finite;
}

/// Row 0 is the initial point.  loss is the full-data loss at the iterate, recorded by the host.
struct TraceRow {
  std::uint64_t iteration = 0;
  std::uint64_t queries = 0;  // charged until then
  double loss = 0;
};

/// Numbers of an analysis, one for each iteration that has it, ascending.
struct Series {
  std::string analysis;                     // "cosine", "internals", "replay", "pictures"
  std::string name;                         // of what: "estimate", a rule, a metric
  std::optional<std::uint64_t> coordinate;  // none: of the whole vector
  struct Row {
    std::uint64_t iteration = 0;
    double value = 0;
  };
  std::vector<Row> rows;
};

/// Of the squared deviations that an optimizer predicts, next to the problem's own pictures.
inline constexpr const char* variance_picture = "variance";

/// An iterate as a picture.
struct RenderedPicture {
  std::uint64_t iteration = 0;
  std::string name;
  std::uint32_t channels = 0, height = 0, width = 0;
  double lowest = 0, highest = 1;  // the ends of the scale
  std::vector<double> values;      // channels x height x width
};

struct RunResult {
  Outcome outcome = Outcome::completed;
  std::string message;  // why, where it failed; else ""
  std::string instance_label;
  std::uint64_t iterations = 0, queries = 0;
  /// At iterates; NaN where there is none.  The final one is the last that is known: the problem
  /// may discard the iterates after it.
  double initial_loss = 0, final_loss = 0, best_loss = 0;
  double wall_seconds = 0;
  double problem_seconds = 0;                           // of these, inside the problem
  std::vector<std::pair<std::string, double>> metrics;  // at the last iterate
  std::vector<TraceRow> trace;
  std::vector<Series> series = {};  // of analyses
  std::vector<RenderedPicture> pictures = {};
};

/// The mean of the last known losses after so many iterations; without any, the final loss.  A run
/// that ended before counts with its last; without an iterate that has a value it is NaN.
inline double mean_loss(const RunResult& result, const std::vector<std::uint64_t>& at) {
  if (at.empty()) return result.final_loss;
  double sum = 0;
  for (const std::uint64_t iteration : at) {
    const auto last =
        std::find_if(result.trace.rbegin(), result.trace.rend(), [iteration](const TraceRow& row) {
          return row.iteration <= iteration && !std::isnan(row.loss);
        });
    if (last == result.trace.rend()) return std::numeric_limits<double>::quiet_NaN();
    sum += last->loss;
  }
  return sum / static_cast<double>(at.size());
}

}  // namespace zeroth::host
