#include "report/digest.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "report/statistics.hpp"

namespace zeroth::host {
namespace {

// So that a page of many curves stays small.
std::size_t points_of_a_curve(const Results& results) {
  const std::size_t curves = results.problems.size() * results.optimizers.size();
  return std::clamp<std::size_t>(30'000 / std::max<std::size_t>(curves, 1), 40, 150);
}

std::vector<std::vector<Reference>> references_of(const Results& results) {
  std::vector<std::vector<Reference>> references;
  std::vector<std::vector<std::vector<double>>> starts;
  for (const ReportedProblem& problem : results.problems) {
    references.emplace_back(problem.instances.size(),
                            Reference{0, std::numeric_limits<double>::infinity()});
    starts.emplace_back(problem.instances.size());
  }
  for (const ReportedRun& run : results.runs) {
    if (std::isfinite(run.initial_loss))
      starts[run.problem][run.instance].push_back(run.initial_loss);
    Reference& reference = references[run.problem][run.instance];
    if (std::isfinite(run.best_loss)) reference.best = std::min(reference.best, run.best_loss);
  }
  for (std::size_t p = 0; p < references.size(); ++p) {
    for (std::size_t i = 0; i < references[p].size(); ++i)
      references[p][i].start = quantile(starts[p][i], 0.5);
  }
  return references;
}

std::vector<double> queries_until_targets(const std::vector<TraceRow>& trace,
                                          const Reference& reference) {
  const std::vector<double>& gaps = target_gaps();
  std::vector<double> hits(gaps.size(), std::numeric_limits<double>::infinity());
  std::size_t next = 0;
  for (const TraceRow& row : trace) {
    while (next < gaps.size() && std::isfinite(row.loss) &&
           row.loss <= reference.target(gaps[next]))
      hits[next++] = static_cast<double>(row.queries);
  }
  return hits;
}

}  // namespace

std::vector<std::uint64_t> axis_points(std::uint64_t end, std::size_t about) {
  std::vector<std::uint64_t> points;
  if (end < about) {
    for (std::uint64_t i = 0; i <= end; ++i) points.push_back(i);
    return points;
  }
  const std::size_t half = about / 2;
  const auto last = static_cast<double>(end);
  points.push_back(0);
  for (std::size_t i = 1; i <= half; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(half);
    points.push_back(static_cast<std::uint64_t>(std::llround(last * share)));
    points.push_back(static_cast<std::uint64_t>(std::llround(std::pow(last, share))));
  }
  std::sort(points.begin(), points.end());
  points.erase(std::unique(points.begin(), points.end()), points.end());
  return points;
}

std::vector<double> losses_at(const std::vector<TraceRow>& trace, bool broken, TraceAxis axis,
                              const std::vector<std::uint64_t>& points) {
  const auto place = [axis](const TraceRow& row) {
    return axis == TraceAxis::iterations ? row.iteration : row.queries;
  };
  std::vector<double> losses(points.size(), std::numeric_limits<double>::quiet_NaN());
  if (trace.empty()) return losses;
  std::size_t next = 0;
  double known = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (; next < trace.size() && place(trace[next]) <= points[i]; ++next) {
      if (broken || !std::isnan(trace[next].loss)) known = trace[next].loss;
    }
    const bool over = next == trace.size() && place(trace.back()) < points[i];
    if (!(over && broken)) losses[i] = known;
  }
  return losses;
}

bool Reference::has_targets() const {
  constexpr double rounding = 1e-10;  // of the losses themselves
  return std::isfinite(start) && std::isfinite(best) &&
         start - best > rounding * std::max(std::abs(start), std::abs(best));
}

const std::vector<double>& target_gaps() {
  static const std::vector<double> gaps = [] {
    std::vector<double> values;
    for (int k = 1; k <= 15; ++k) values.push_back(std::pow(10.0, -k / 5.0));
    return values;
  }();
  return gaps;
}

Digest digest(const Store& store, const Results& results, const std::vector<std::uint64_t>& at) {
  Digest digest;
  digest.references = references_of(results);
  std::vector<std::uint64_t> iterations(results.problems.size()), queries(results.problems.size());
  for (const ReportedRun& run : results.runs) {
    iterations[run.problem] = std::max(iterations[run.problem], run.iterations);
    queries[run.problem] = std::max(queries[run.problem], run.queries);
  }
  const std::size_t points = points_of_a_curve(results);
  for (std::size_t p = 0; p < results.problems.size(); ++p) {
    digest.iteration_points.push_back(axis_points(iterations[p], points));
    digest.query_points.push_back(axis_points(queries[p], points));
  }
  std::size_t number = 0;
  store.for_each(true, [&](const StoredRun& stored) {
    // What another process has written since `results` were read is left out.
    if (number == results.runs.size() || stored.key != results.runs[number].key) return;
    const ReportedRun& run = results.runs[number++];
    const std::vector<TraceRow>& trace = stored.result.trace;
    digest.by_iteration.push_back(losses_at(trace, run.broken(), TraceAxis::iterations,
                                            digest.iteration_points[run.problem]));
    digest.by_query.push_back(
        losses_at(trace, run.broken(), TraceAxis::queries, digest.query_points[run.problem]));
    digest.checkpoints.push_back(losses_at(trace, run.broken(), TraceAxis::iterations, at));
    const Reference& reference = digest.references[run.problem][run.instance];
    digest.hits.push_back(reference.has_targets() ? queries_until_targets(trace, reference)
                                                  : std::vector<double>{});
  });
  return digest;
}

}  // namespace zeroth::host
