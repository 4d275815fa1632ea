#include "plan/plan.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <numeric>
#include <unordered_set>

#include "hash.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t most_instances = 1'000'000;  // where none are chosen

Json json_of(const Budget& budget) {
  Json json = Json::object();
  if (budget.iterations) json["iterations"] = *budget.iterations;
  if (budget.queries) json["queries"] = *budget.queries;
  if (budget.seconds) json["seconds"] = *budget.seconds;
  if (budget.target) json["target"] = *budget.target;
  return json;
}

void choose_runs_of_analyses(Plan& plan) {
  for (std::size_t a = 0; a < plan.matrix.analyses.size(); ++a) {
    const AnalysisSpec& spec = plan.matrix.analyses[a].spec;
    std::vector<bool> used(spec.only.size());
    for (PlannedRun& run : plan.runs) {
      bool chosen = spec.only.empty();
      const std::string name = plan.name(run);
      for (std::size_t i = 0; i < spec.only.size(); ++i) {
        if (!matches(name, spec.only[i])) continue;
        chosen = used[i] = true;
      }
      if (chosen) run.analyses.push_back(a);
    }
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (used[i]) continue;
      throw UserError(spec.where, fmt::format("only = \"{}\" matches no run", spec.only[i]),
                      "`zeroth run --dry-run` prints the names of all runs");
    }
  }
}

}  // namespace

std::string identity_of(const std::vector<SourceFile>& files) {
  std::vector<std::string> each;
  each.reserve(files.size());
  for (const SourceFile& file : files) each.push_back(file.name + "=" + file.fingerprint + " ");
  std::sort(each.begin(), each.end());  // wherever they lie
  return std::accumulate(each.begin(), each.end(), std::string());
}

std::string Plan::name(const PlannedRun& run) const {
  return fmt::format("{}/{}:{}/{}/{}", problem(run).label, name_of(problem(run).split),
                     run.instance, optimizer(run).label, run.trial);
}

std::string Plan::analyses(const PlannedRun& run) const {
  if (run.analyses.empty()) return "";
  Json list = Json::array();
  for (const std::size_t a : run.analyses) {
    const Analysis& analysis = matrix.analyses[a];
    Json json{{"use", name_of(analysis.spec.kind)}};
    if (!analysis.spec.coordinates.empty()) json["coordinates"] = analysis.spec.coordinates;
    if (!analysis.spec.iterations.empty()) json["iterations"] = analysis.spec.iterations;
    for (const Configuration& rule : analysis.rules) {
      json["optimizers"].push_back({{"label", rule.label},
                                    {"id", rule.descriptor->id},
                                    {"version", rule.descriptor->version},
                                    {"parameters", rule.parameters},
                                    {"files", identity_of(rule.files)}});
    }
    list.push_back(std::move(json));
  }
  return list.dump();
}

std::vector<std::uint64_t> chosen_instances(const ProblemConfiguration& problem,
                                            std::uint64_t size) {
  std::vector<std::uint64_t> indices;
  if (size == 0) {
    throw UserError(
        problem.instances_where,
        fmt::format("{} has no {} instances", problem.descriptor->id, name_of(problem.split)),
        "choose the other split");
  }
  if (problem.instances.all) {
    if (size > most_instances) {
      throw UserError(problem.instances_where,
                      fmt::format("{} has {} instances", problem.descriptor->id, size),
                      "say which, as in instances = 100");
    }
    for (std::uint64_t i = 0; i < size; ++i) indices.push_back(i);
    return indices;
  }
  std::unordered_set<std::uint64_t> seen;
  for (const auto& [first, last] : problem.instances.ranges) {
    if (last >= size) {
      throw UserError(problem.instances_where,
                      fmt::format("there is no instance {}", std::max(first, size)),
                      fmt::format("the {} split of {} has the instances 0-{}",
                                  name_of(problem.split), problem.descriptor->id, size - 1));
    }
    for (std::uint64_t i = first; i <= last; ++i) {
      if (seen.insert(i).second) indices.push_back(i);
    }
  }
  return indices;
}

Plan make_plan(const Experiment& experiment, Matrix matrix,
               const std::vector<std::uint64_t>& sizes) {
  Plan plan;
  plan.budget = experiment.budget;
  const Json budget = json_of(experiment.budget);
  for (std::size_t p = 0; p < matrix.problems.size(); ++p) {
    const ProblemConfiguration& problem = matrix.problems[p];
    for (const std::uint64_t instance : chosen_instances(problem, sizes[p])) {
      for (std::uint64_t trial = 0; trial < experiment.trials; ++trial) {
        Json cell{{"seed", experiment.seed},
                  {"problem", problem.descriptor->id},
                  {"parameters", problem.parameters},
                  {"split", name_of(problem.split)},
                  {"instance", instance},
                  {"trial", trial}};
        const std::uint64_t seed = hash(cell.dump()) >> 11;  // 53 bits: exact as a number in R
        if (!problem.files.empty()) cell["files"] = identity_of(problem.files);
        for (std::size_t o = 0; o < matrix.optimizers.size(); ++o) {
          const Configuration& optimizer = matrix.optimizers[o];
          Json everything{{"cell", cell},
                          {"problem_version", problem.descriptor->version},
                          {"optimizer", optimizer.descriptor->id},
                          {"optimizer_version", optimizer.descriptor->version},
                          {"optimizer_parameters", optimizer.parameters},
                          {"budget", budget}};
          if (!optimizer.files.empty()) everything["files"] = identity_of(optimizer.files);
          plan.runs.push_back(
              {plan.runs.size(), p, o, instance, trial, seed, fingerprint(everything.dump())});
        }
      }
    }
  }
  plan.matrix = std::move(matrix);
  choose_runs_of_analyses(plan);
  return plan;
}

bool matches(const std::string& name, const std::string& pattern) {
  if (pattern.find_first_of("*?[") == std::string::npos)
    return name.find(pattern) != std::string::npos;
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

}  // namespace zeroth::host
