#include "report/results.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <map>

namespace zeroth::host {
namespace {

// Numbers keys in the order of their first appearance.
template <typename Key>
struct Numbering {
  std::map<Key, std::size_t> numbers;
  /// The number, and whether the key is new.
  std::pair<std::size_t, bool> operator()(Key key) {
    const auto [found, is_new] = numbers.try_emplace(std::move(key), numbers.size());
    return {found->second, is_new};
  }
};

}  // namespace

Results read_results(const Store& store) {
  Results results;
  Numbering<std::string> problems, optimizers;
  std::map<std::pair<std::size_t, std::uint64_t>, std::size_t> places;  // in Problem::instances
  store.for_each(false, [&](const StoredRun& stored) {
    const auto [problem, new_problem] =
        problems(stored.problem + stored.problem_parameters + stored.split);
    if (new_problem) {
      results.problems.push_back({fmt::format("{} ({})", stored.problem_label, stored.split),
                                  stored.problem,
                                  stored.problem_parameters,
                                  {}});
    }
    const auto [optimizer, new_optimizer] = optimizers(stored.optimizer_label);
    if (new_optimizer) {
      results.optimizers.push_back(
          {stored.optimizer_label, stored.optimizer, stored.optimizer_parameters});
    }
    std::vector<ReportedInstance>& known = results.problems[problem].instances;
    const auto [place, new_instance] = places.try_emplace({problem, stored.instance}, known.size());
    if (new_instance) known.push_back({stored.instance, stored.result.instance_label});

    const RunResult& r = stored.result;
    ReportedRun run{stored.key,  problem,      optimizer,      place->second,     stored.trial,
                    r.outcome,   r.message,    r.iterations,   r.queries,         r.initial_loss,
                    r.best_loss, r.final_loss, r.wall_seconds, r.problem_seconds, r.metrics};
    if (run.broken()) run.loss = std::numeric_limits<double>::quiet_NaN();
    results.runs.push_back(std::move(run));
  });
  return results;
}

}  // namespace zeroth::host
