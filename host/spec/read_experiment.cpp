#include "spec/read_experiment.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>

#include "near_miss.hpp"
#include "spec/document.hpp"
#include "spec/read_tuning.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

Budget read_budget(Document& document) {
  const toml::table& table = document.table("budget");
  document.refuse_unknown(table, "budget.", {"iterations", "queries", "seconds", "target"});
  const std::vector<std::string> scope{"budget."};
  Budget budget;
  if (const Found found = document.find(table, "iterations", scope)) {
    budget.iterations = static_cast<std::uint64_t>(integer_of(found, 0, 0));
  }
  if (const Found found = document.find(table, "queries", scope)) {
    budget.queries = static_cast<std::uint64_t>(integer_of(found, 0, 0));
  }
  budget.seconds = positive_of(document.find(table, "seconds", scope));
  budget.target = real_of(document.find(table, "target", scope));
  if (!budget.iterations && !budget.queries && !budget.seconds) {
    throw UserError(document.file() + ": budget", "a run would never end",
                    "add [budget] with iterations, queries or seconds");
  }
  return budget;
}

Limits read_limits(Document& document) {
  const toml::table& table = document.table("limits");
  document.refuse_unknown(table, "limits.", {"seconds", "memory"});
  const std::vector<std::string> scope{"limits."};
  Limits limits;
  limits.seconds = positive_of(document.find(table, "seconds", scope));
  limits.memory = bytes_of(document.find(table, "memory", scope));
  return limits;
}

Isolate read_isolate(Document& document, const toml::table& table,
                     const std::vector<std::string>& scopes) {
  const Found found = document.find(table, "isolate", scopes);
  return {boolean_of(found), found.where};
}

std::vector<const toml::table*> entries(const Document& document, const char* kind) {
  return document.entries(
      kind,
      fmt::format("write [[{0}]] and below it use = \"ID\"; `zeroth list {0}s` names them", kind));
}

ProblemSpec read_problem(Document& document, const toml::table& table) {
  ProblemSpec spec;
  spec.id = document.plugin_id(table, "problem");
  spec.where = document.place(*table.get("use"), "problem.use");
  spec.label = text_of(document.find(table, "label", {}), "");
  std::vector<std::string> scopes{"problem." + spec.id + ".", "problem.*."};
  if (!spec.label.empty()) scopes.push_back("problem." + spec.label + ".");
  const Found split = document.find(table, "split", scopes);
  spec.split = is_first_of(split, "train", "test", false) ? Split::train : Split::test;
  const Found instances = document.find(table, "instances", scopes);
  spec.instances = instances_of(instances);
  spec.instances_where = instances ? instances.where : spec.where;
  spec.isolate = read_isolate(document, table, scopes);
  spec.settings =
      document.settings(table, scopes, {"use", "label", "split", "instances", "isolate"});
  return spec;
}

OptimizerSpec read_optimizer(Document& document, const toml::table& table) {
  OptimizerSpec spec;
  spec.id = document.plugin_id(table, "optimizer");
  spec.where = document.place(*table.get("use"), "optimizer.use");
  spec.label = text_of(document.find(table, "label", {}), "");
  std::vector<std::string> scopes{"optimizer." + spec.id + ".", "optimizer.*."};
  if (!spec.label.empty()) scopes.push_back("optimizer." + spec.label + ".");
  spec.isolate = read_isolate(document, table, scopes);
  spec.tune = read_searches(document, table, scopes);
  spec.settings = document.settings(table, scopes, {"use", "label", "isolate", "tune"});
  return spec;
}

AnalysisKind analysis_kind(const Found& use, const std::string& where) {
  std::vector<std::string> known;
  for (int i = 0; i <= static_cast<int>(last_analysis_kind); ++i) {
    known.emplace_back(name_of(static_cast<AnalysisKind>(i)));
    if (use && text_of(use, "") == known.back()) return static_cast<AnalysisKind>(i);
  }
  if (!use) {
    throw UserError(where, "names no analysis: the key 'use' is missing",
                    fmt::format("add use = \"...\": {}", fmt::join(known, ", ")));
  }
  throw UserError(use.where, fmt::format("there is no analysis '{}'", text_of(use, "")),
                  suggestion(text_of(use, ""), known));
}

AnalysisSpec read_analysis(Document& document, const toml::table& table) {
  AnalysisSpec spec;
  spec.where = document.place(table, "analysis");
  const Found use = document.find(table, "use", {});
  spec.kind = analysis_kind(use, spec.where);
  const std::string name = name_of(spec.kind);
  spec.where = document.place(*use.node, "analysis." + name);
  const std::vector<std::string> scopes{"analysis." + name + ".", "analysis.*."};

  std::vector<std::string> keys{"use", "only"};
  const bool of_coordinates =
      spec.kind == AnalysisKind::internals || spec.kind == AnalysisKind::replay;
  if (of_coordinates) keys.emplace_back("coordinates");
  if (spec.kind == AnalysisKind::replay) keys.emplace_back("optimizer");
  if (spec.kind == AnalysisKind::pictures) keys.emplace_back("iterations");
  document.refuse_unknown(table, "analysis." + name + ".", keys);
  spec.only = texts_of(document.find(table, "only", scopes));
  if (of_coordinates) spec.coordinates = numbers_of(document.find(table, "coordinates", scopes));
  if (spec.kind == AnalysisKind::pictures) {
    spec.iterations = numbers_of(document.find(table, "iterations", scopes));
  }
  if (spec.kind != AnalysisKind::replay) return spec;
  const std::string remedy =
      "write [[analysis.optimizer]] and below it use = \"ID\"; `zeroth list optimizers` names them";
  for (const toml::table* each :
       document.tables(table, "optimizer", "analysis.replay.optimizer", remedy)) {
    spec.optimizers.push_back(read_optimizer(document, *each));
  }
  if (spec.optimizers.empty())
    throw UserError(spec.where, "names no optimizer whose rule is to be replayed", remedy);
  return spec;
}

Experiment read(Document& document, const std::filesystem::path& file) {
  const toml::table& root = document.root();
  document.refuse_unknown(root, "",
                          {"title", "seed", "trials", "budget", "limits", "scale", "problem",
                           "optimizer", "tune", "analysis"});
  Experiment experiment;
  experiment.file = file;
  experiment.text = document.text();
  experiment.scale = document.scale();
  experiment.title = text_of(document.find(root, "title"), "");
  experiment.seed = static_cast<std::uint64_t>(integer_of(document.find(root, "seed"), 1, 0));
  experiment.trials =
      static_cast<std::uint64_t>(integer_of(document.find(root, "trials"), 1, 1, 1'000'000));
  experiment.budget = read_budget(document);
  experiment.limits = read_limits(document);
  for (const toml::table* entry : entries(document, "problem")) {
    experiment.problems.push_back(read_problem(document, *entry));
  }
  for (const toml::table* entry : entries(document, "optimizer")) {
    experiment.optimizers.push_back(read_optimizer(document, *entry));
  }
  experiment.tune = read_tune(document, experiment.budget);
  for (const toml::table* entry : document.tables(
           root, "analysis", "analysis", "write [[analysis]] and below it use = \"cosine\"")) {
    experiment.analyses.push_back(read_analysis(document, *entry));
  }
  document.refuse_unused_overrides(
      "keys are title, seed, trials, scale, budget.KEY, limits.KEY, tune.KEY, problem.ID.KEY, "
      "optimizer.ID.KEY and analysis.USE.KEY, with the ids of the file");
  return experiment;
}

}  // namespace

Experiment read_experiment(const std::filesystem::path& file,
                           const std::vector<std::string>& overrides) {
  Document document(file, overrides);
  return read(document, file);
}

Experiment read_experiment_text(const std::filesystem::path& file, const std::string& text) {
  Document document(file, text, {});
  return read(document, file);
}

std::string with_values(const Experiment& experiment, const std::vector<std::string>& overrides,
                        const std::vector<Replacement>& values) {
  Document document(experiment.file, experiment.text, overrides);
  read(document, experiment.file);  // meets the overrides
  const std::vector<const toml::table*> optimizers = entries(document, "optimizer");
  for (const Replacement& each : values) {
    const auto assign = [&](const auto& value) {
      document.assign(*optimizers[each.optimizer], each.parameter, toml::value(value));
    };
    std::visit(assign, each.value);
  }
  return document.rewritten();
}

}  // namespace zeroth::host
