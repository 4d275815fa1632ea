#include "run/matrix.hpp"

#include <fmt/format.h>

#include <exception>
#include <limits>
#include <thread>

#include "crash_note.hpp"
#include "plugins/log.hpp"
#include "run/channel.hpp"
#include "run/oracle.hpp"
#include "run/side_by_side.hpp"
#include "run/worker_lost.hpp"

namespace zeroth::host {
namespace {

RunResult failed(Outcome outcome, const std::string& message) {
  RunResult result;
  result.outcome = outcome;
  result.message = message;
  result.initial_loss = result.final_loss = result.best_loss =
      std::numeric_limits<double>::quiet_NaN();
  return result;
}

// One cell, alone.  Nothing when it was cancelled.
std::optional<RunResult> execute(const Plan& plan, const PlannedRun& cell, const Suite& suite,
                                 const std::atomic<bool>& cancel) {
  const CrashNote note(plan.name(cell));
  try {
    const Configuration& configuration = plan.optimizer(cell);
    const Instance instance(suite, plan.problem(cell).split, cell.instance);
    const Optimizer optimizer(*configuration.descriptor, configuration.values, configuration.where);
    Oracle oracle(instance, plan.budget, Seeds(cell.seed), cancel);
    std::optional<Observer> observer;
    if (!cell.analyses.empty()) oracle.observe(observer.emplace(plan, cell, instance));
    std::optional<RunResult> result = oracle.solved_by(optimizer);
    if (result && result->outcome == Outcome::completed && result->iterations == 0 &&
        result->queries > 0) {
      log(ZEROTH_LOG_WARNING,
          fmt::format("{} has asked for values and has never called iterate(): its loss is that of "
                      "the start",
                      configuration.label));
    }
    if (result && observer) {
      observer->conclude(*result);
      if (cancel) return std::nullopt;  // analyses may lack what was interrupted
    }
    return result;
  } catch (const WorkerLost& lost) {
    if (cancel) return std::nullopt;
    return failed(lost.outcome(), lost.what());
  } catch (const std::exception& error) {
    return failed(Outcome::failed, error.what());
  } catch (...) {  // of a plugin that breaks its contract
    return failed(Outcome::failed, "an exception that is no std::exception");
  }
}

}  // namespace

void run_cells(const Plan& plan, const std::vector<const PlannedRun*>& cells,
               const std::vector<const Suite*>& suites, int threads, std::atomic<bool>& cancel,
               const std::function<void(std::vector<FinishedRun>)>& accept) {
  Channel<FinishedRun> finished(static_cast<std::size_t>(threads) * 4);
  std::atomic<std::size_t> next{0};
  const auto work = [&](std::uint64_t) {
    for (;;) {
      const std::size_t mine = next.fetch_add(1);
      if (mine >= cells.size() || cancel.load()) return;
      const PlannedRun& cell = *cells[mine];
      if (auto result = execute(plan, cell, *suites[cell.problem], cancel)) {
        finished.push({&cell, std::move(*result)});
      }
    }
  };
  std::exception_ptr error, of_crew;
  std::thread crew([&] {
    try {
      on_threads(threads, [&] { side_by_side(static_cast<std::uint64_t>(threads), work); });
    } catch (...) {  // no more threads, or memory
      of_crew = std::current_exception();
    }
    finished.close();
  });
  while (auto batch = finished.take(std::chrono::milliseconds(100))) {
    if (error) continue;
    try {
      accept(std::move(*batch));
    } catch (...) {
      error = std::current_exception();
      cancel = true;
      finished.close();
    }
  }
  crew.join();
  if (!error) error = of_crew;
  if (error) std::rethrow_exception(error);
}

}  // namespace zeroth::host
