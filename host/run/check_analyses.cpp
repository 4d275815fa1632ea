// What an analysis wants of the problems and optimizers of its runs, before any of them starts.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "run/observer.hpp"
#include "run/rehearsal.hpp"
#include "run/worker_lost.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

constexpr const char* remedy =
    "leave its runs out by only = [...]: patterns of names as `zeroth run --dry-run` prints them";

void check_problem(const AnalysisSpec& spec, const ProblemConfiguration& problem,
                   const Instance& instance) {
  const auto require = [&](const void* table, const char* what) {
    if (table != nullptr) return;
    throw UserError(spec.where, fmt::format("{} has no {}", problem.label, what), remedy);
  };
  if (spec.kind == AnalysisKind::cosine) {
    require(instance.gradient(), "gradient (zeroth.gradient/1)");
  }
  if (spec.kind == AnalysisKind::pictures) {
    require(instance.render(), "pictures (zeroth.render/1)");
  }
  if (!spec.coordinates.empty() && spec.coordinates.back() >= instance.dimension()) {
    throw UserError(spec.where,
                    fmt::format("there is no coordinate {}: {} has the coordinates 0-{}",
                                spec.coordinates.back(), problem.label, instance.dimension() - 1));
  }
}

void check_optimizer(const AnalysisSpec& spec, const Configuration& optimizer,
                     const Instance& instance) {
  if (spec.kind != AnalysisKind::cosine && spec.kind != AnalysisKind::replay) return;
  const Optimizer live(*optimizer.descriptor, optimizer.values, optimizer.where);
  const TracedSizes traced = traced_by(live, instance);
  const auto estimate = traced.find("estimate");
  if (estimate != traced.end() && estimate->second == instance.dimension()) return;
  throw UserError(
      spec.where,
      fmt::format("{} traces no estimate of the gradient (zeroth.trace/1)", optimizer.label),
      remedy);
}

void check_rule(const AnalysisSpec& spec, const Configuration& rule,
                const ProblemConfiguration& problem, const Instance& instance) {
  check_bounds(*rule.descriptor, instance, problem.label, rule.where);
  const Optimizer live(*rule.descriptor, rule.values, rule.where);
  const std::vector<double> estimate(instance.dimension(), 1.0);
  const std::string why =
      replay(live, instance, 0, estimate, [](std::uint64_t, std::span<const double>) {});
  if (why.empty()) return;
  throw UserError(spec.where, fmt::format("{} cannot be replayed: {}", rule.label, why),
                  "name one that takes estimates (zeroth.estimates/1), such as zo-sgd or zo-adam");
}

}  // namespace

void check_analyses(const Plan& plan, const std::vector<const Suite*>& suites) {
  for (std::size_t p = 0; p < suites.size(); ++p) {
    const ProblemConfiguration& problem = plan.matrix.problems[p];
    std::unique_ptr<Instance> instance;                     // the first that is looked at
    std::set<std::pair<std::size_t, std::size_t>> checked;  // analysis and optimizer
    for (const PlannedRun& run : plan.runs) {
      if (run.problem != p) continue;
      for (const std::size_t a : run.analyses) {
        const bool is_first = std::none_of(checked.begin(), checked.end(),
                                           [a](const auto& each) { return each.first == a; });
        if (!checked.emplace(a, run.optimizer).second) continue;
        try {
          const Analysis& analysis = plan.matrix.analyses[a];
          if (!instance)
            instance = std::make_unique<Instance>(*suites[p], problem.split, run.instance);
          if (is_first) {
            check_problem(analysis.spec, problem, *instance);
            for (const Configuration& rule : analysis.rules)
              check_rule(analysis.spec, rule, problem, *instance);
          }
          check_optimizer(analysis.spec, plan.optimizer(run), *instance);
        } catch (const WorkerLost&) {  // costs its own runs, and they will say so
        }
      }
    }
  }
}

}  // namespace zeroth::host
