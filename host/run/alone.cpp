#include "run/alone.hpp"

#include <chrono>
#include <future>
#include <mutex>
#include <utility>

#include "run/oracle.hpp"
#include "run/side_by_side.hpp"

namespace zeroth::host {
namespace {

LoneRun solve(const Plan& plan, const PlannedRun& cell, const Suite& suite,
              Evaluations& evaluations, const std::atomic<bool>& stop,
              std::function<void(const Incumbent&, std::uint64_t)> watcher) {
  const Configuration& configuration = plan.optimizer(cell);
  const Instance instance(suite, plan.problem(cell).split, cell.instance);
  const Optimizer optimizer(*configuration.descriptor, configuration.values, configuration.where);
  Oracle oracle(instance, plan.budget, Seeds(cell.seed), stop, &evaluations);
  oracle.keep_what_is_done();
  oracle.watch(std::move(watcher));
  LoneRun run;
  run.result = oracle.solved_by(optimizer).value();
  run.best = oracle.incumbent();
  return run;
}

}  // namespace

LoneRun run_alone(const Plan& plan, const PlannedRun& cell, const Suite& suite,
                  Evaluations& evaluations, int threads, const std::atomic<bool>& stop,
                  const std::function<void(const Standing&)>& look) {
  std::mutex mutex;
  Standing standing;
  const auto watcher = [&](const Incumbent& best, std::uint64_t queries) {
    const std::lock_guard lock(mutex);
    standing.queries = queries;
    if (best.f != standing.best.f) standing.best = best;
  };
  std::future<LoneRun> run = std::async(std::launch::async, [&] {
    return on_threads(threads,
                      [&] { return solve(plan, cell, suite, evaluations, stop, watcher); });
  });
  while (run.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready) {
    Standing now;
    {
      const std::lock_guard lock(mutex);
      now = standing;
    }
    look(now);
  }
  return run.get();
}

}  // namespace zeroth::host
