// The searches of all optimizers side by side, over the runs of one plan.
#pragma once

#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "plan/plan.hpp"
#include "run/result.hpp"
#include "tune/protocol.hpp"
#include "tune/search.hpp"

namespace zeroth::host {

/// What a run counts as: infinite where it failed or did not stay finite.
/// at  iterations, as mean_loss() takes them.
double loss_of(const RunResult& result, const std::vector<std::uint64_t>& at);

/// They ask for runs together, so that all threads have work.  What is decided does not depend on
/// the order in which losses are learned.
class Searches {
 public:
  /// plan  of the tuning's experiment; both must outlive this.
  /// exhaustive  no setting is discarded.
  Searches(const Tuning& tuning, const Plan& plan, bool exhaustive);

  void learn(const PlannedRun& run, double loss);
  /// Decides with what has been learned.  True: a loss is below the floor, and from now on no
  /// setting is discarded.
  bool update();

  /// The runs to do next, in the plan's order; none: all is decided.
  std::vector<const PlannedRun*> missing() const;
  std::size_t at_most() const;                // runs that may still be needed
  std::size_t runs() const { return runs_; }  // of a setting that is not discarded
  double least() const { return least_; }     // loss so far
  const SearchState& state(std::size_t k) const { return states_[k]; }
  /// Where there is one.
  std::size_t winner(std::size_t k) const { return states_[k].tried[*states_[k].winner].setting; }
  const Configuration& configuration(std::size_t k, std::size_t setting) const {
    return plan_.matrix.optimizers[first_[k] + setting];
  }

 private:
  const Tuning& tuning_;
  const Plan& plan_;
  Rule rule_;
  std::size_t runs_;
  double least_ = std::numeric_limits<double>::infinity();
  std::vector<std::size_t> first_;                           // of each grid in the matrix
  std::vector<std::pair<std::size_t, std::size_t>> places_;  // search and setting, as the matrix
  std::vector<Losses> losses_;
  std::vector<SearchState> states_;
};

}  // namespace zeroth::host
