// What is to be run: pure, no files, no threads, no plugin calls.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "plugins/descriptor.hpp"
#include "spec/experiment.hpp"

namespace zeroth::host {

/// A file whose contents a run depends on.
struct SourceFile {
  std::string name;  // of the parameter that names it; of the file where none does
  std::string path;
  std::string fingerprint;  // of its contents
};
/// Of all of them, wherever they are.
std::string identity_of(const std::vector<SourceFile>& files);

/// A plugin with a value for every parameter, in the descriptor's order.
struct Configuration {
  const Descriptor* descriptor = nullptr;  // outlives the plan
  std::vector<Value> values;               // paths absolute
  std::string label;                       // as in tables
  std::string parameters;                  // JSON object of all values, paths as written
  std::vector<SourceFile> files;           // that paths name, or that it says it is made from
  std::string where;                       // for messages
  bool isolated = false;                   // in a process of its own; changes no number
};

struct ProblemConfiguration : Configuration {
  Split split = Split::test;
  Instances instances;
  std::string instances_where;
};

/// What is looked at in some runs beside their losses; rules are the optimizers of a replay.
struct Analysis {
  AnalysisSpec spec;
  std::vector<Configuration> rules;
};

/// The experiment with every name looked up, every value checked and every sweep unfolded.
struct Matrix {
  std::vector<ProblemConfiguration> problems;
  std::vector<Configuration> optimizers;
  std::vector<Analysis> analyses;
};

/// Where a path parameter leads.
struct ResolvedPath {
  std::string path;
  std::string fingerprint;  // of the contents of a file; empty for a folder or nothing
};
/// From a path as written, not empty, or as a parameter's default.
using ResolvePath = std::function<ResolvedPath(const std::string&, bool is_default)>;

/// Throws UserError that names place, key and remedy.
Matrix bind_matrix(const Experiment& experiment, const std::vector<Descriptor>& optimizers,
                   const std::vector<Descriptor>& problems, const ResolvePath& resolve);

/// Without a descriptor; a list is an error.  id: of what has the parameters.
Configuration bind_one(const std::string& id, const std::vector<Parameter>& parameters,
                       const std::vector<Setting>& settings, const std::string& where,
                       const ResolvePath& resolve);

/// Throws UserError with the near miss.  kind: "problem" or "optimizer".
const Descriptor& look_up(const std::vector<Descriptor>& all, const std::string& id,
                          const std::string& where, const char* kind);

/// One cell of the matrix.  problem and optimizer index Plan::matrix.
struct PlannedRun {
  std::uint64_t position = 0;  // in the whole plan, from 0
  std::size_t problem = 0, optimizer = 0;
  std::uint64_t instance = 0, trial = 0;
  /// Equal for all optimizers: they meet the same start, minibatches and draws.
  std::uint64_t seed = 0;
  std::string key;                         // of everything that the numbers depend on
  std::vector<std::size_t> analyses = {};  // index Plan::matrix; they change no number
};

struct Plan {
  Matrix matrix;
  Budget budget;
  std::vector<PlannedRun> runs;  // by problem, instance, trial, optimizer

  const ProblemConfiguration& problem(const PlannedRun& run) const {
    return matrix.problems[run.problem];
  }
  const Configuration& optimizer(const PlannedRun& run) const {
    return matrix.optimizers[run.optimizer];
  }
  /// "problem/test:3/ZO-SGD/0": what --only matches.
  std::string name(const PlannedRun& run) const;
  /// What is to be stored of the analyses of a run, as JSON: where it changes, they must be made
  /// again.  Empty: none.
  std::string analyses(const PlannedRun& run) const;
};

/// The instances of the problem's split, which has `size`, in the order named, each once.
std::vector<std::uint64_t> chosen_instances(const ProblemConfiguration& problem,
                                            std::uint64_t size);

/// sizes  for each problem of the matrix, the instances that its split has.
/// Throws UserError where instances are named that are not there, or an analysis finds no run.
Plan make_plan(const Experiment& experiment, Matrix matrix,
               const std::vector<std::uint64_t>& sizes);

/// Whether a shell pattern matches the name, or, without wildcards, is part of it.
bool matches(const std::string& name, const std::string& pattern);

}  // namespace zeroth::host
