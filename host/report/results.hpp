// The runs of a result file, by what they have in common.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace zeroth::host {

/// Without its trace.  problem and optimizer index Results, instance Problem::instances.
struct ReportedRun {
  std::string key;
  std::size_t problem = 0, optimizer = 0, instance = 0;
  std::uint64_t trial = 0;
  Outcome outcome = Outcome::completed;
  std::string message;
  std::uint64_t iterations = 0, queries = 0;
  double initial_loss = 0, best_loss = 0;
  double loss = 0;  // the final one; NaN: of a run that is broken or has no iterate with a value
  double wall_seconds = 0, problem_seconds = 0;
  std::vector<std::pair<std::string, double>> metrics;

  bool broken() const { return is_broken(outcome); }
};

struct ReportedInstance {
  std::uint64_t index = 0;
  std::string label;
};

struct ReportedProblem {
  std::string name;  // label and split
  std::string id, parameters;
  std::vector<ReportedInstance> instances;
};

struct ReportedOptimizer {
  std::string label, id, parameters;
};

/// All in the order of the plan.
struct Results {
  std::vector<ReportedProblem> problems;
  std::vector<ReportedOptimizer> optimizers;
  std::vector<ReportedRun> runs;
};

Results read_results(const Store& store);

}  // namespace zeroth::host
