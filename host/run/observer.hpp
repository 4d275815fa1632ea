// The analyses of one run: what is looked at beside the loss, without changing it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "plan/plan.hpp"
#include "plugins/instances.hpp"
#include "run/result.hpp"

namespace zeroth::host {

/// Watches one run from the oracle.  Nothing that it asks of the problem is charged, timed as the
/// problem's, or seen by the optimizer.
///
///   cosine     between the traced estimate and gradient/1, full-data, where the iteration began
///   internals  of the iterate and of all that is traced: Euclidean norm and chosen coordinates
///   replay     the same of the updates that other rules make of the traced estimates
///   pictures   render/1 at chosen iterates and the last, with the metrics there; the square of the
///              traced deviation, the predicted variance, where it has the shape of a picture
/// Threads: those of its oracle.
class Observer {
 public:
  /// All must outlive the observer.  cell: one of the plan with analyses.
  Observer(const Plan& plan, const PlannedRun& cell, const Instance& instance);

  /// The run begins at x, dimension values.
  void begin(const double* x);
  /// Heard through trace/1 in the iteration under way.
  void record(const std::string& name, std::span<const double> values);
  /// An iteration, from 1, led from one point to the other.
  void iterated(std::uint64_t iteration, const double* from, const double* to);
  /// Replays, and gives the result what was seen.
  void conclude(RunResult& result);

 private:
  using Place = std::pair<std::string, std::optional<std::uint64_t>>;

  Series& series(AnalysisKind analysis, const std::string& name,
                 std::optional<std::uint64_t> coordinate = {});
  void describe(AnalysisKind analysis, const std::string& name, std::uint64_t iteration,
                std::span<const double> values);
  std::span<const double> gradient_at(const double* x);
  void draw(std::uint64_t iteration, const double* x);
  void replay_rule(const Configuration& rule);

  const Instance& instance_;
  const std::uint64_t seed_;
  const std::size_t d_;
  bool cosine_ = false, internals_ = false, replay_ = false, pictures_ = false;
  std::map<AnalysisKind, std::set<std::uint64_t>> coordinates_;
  std::set<std::uint64_t> drawn_iterations_;
  std::vector<const Configuration*> rules_;

  std::vector<std::pair<std::string, std::vector<double>>> traced_;  // in this iteration
  std::vector<double> gradient_, estimates_;                         // d values; n x d
  std::vector<double> last_;  // iterate, and deviation that led to it
  std::vector<double> last_deviation_;
  std::uint64_t last_iteration_ = 0;
  std::map<std::pair<AnalysisKind, Place>, std::size_t> places_;  // in series_
  std::vector<Series> series_;
  std::vector<RenderedPicture> drawn_;
};

/// Throws UserError where a problem or an optimizer lacks what an analysis of one of its runs
/// wants, as far as can be known beforehand.  suites: one for each problem of the plan's matrix.
void check_analyses(const Plan& plan, const std::vector<const Suite*>& suites);

}  // namespace zeroth::host
