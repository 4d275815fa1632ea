#include "spec/read_training.hpp"

#include <fmt/format.h>

#include <cstdint>

#include "spec/document.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

const toml::table& required(const Document& document, const char* name, const char* remedy) {
  const toml::table& table = document.table(name);
  if (table.empty()) {
    throw UserError(document.file(), fmt::format("there is no [{}]", name), remedy);
  }
  return table;
}

ProblemSpec read_problem(Document& document) {
  const toml::table& table =
      required(document, "problem",
               "write [problem] and below it use = \"ID\"; `zeroth list problems` names them");
  ProblemSpec spec;
  spec.id = document.plugin_id(table, "problem");
  spec.where = document.place(*table.get("use"), "problem.use");
  const std::vector<std::string> scope{"problem."};
  const Found split = document.find(table, "split", scope);
  if (text_of(split, "train") != "train") {
    throw UserError(split.where, "a training uses the train split alone",
                    "leave split out: what is reported is measured on the test split");
  }
  spec.split = Split::train;
  const Found instances = document.find(table, "instances", scope);
  spec.instances = instances_of(instances);
  spec.instances_where = instances ? instances.where : spec.where;
  spec.settings = document.settings(table, scope, {"use", "split", "instances"});
  return spec;
}

OptimizerSpec read_optimizer(Document& document) {
  const toml::table& table =
      required(document, "optimizer",
               "write [optimizer] and below it use = \"ID\"; `zeroth list optimizers` names them");
  OptimizerSpec spec;
  spec.id = document.plugin_id(table, "optimizer");
  spec.where = document.place(*table.get("use"), "optimizer.use");
  spec.settings = document.settings(table, {"optimizer."}, {"use"});
  return spec;
}

ValidationSpec read_validation(Document& document) {
  const toml::table& table = required(
      document, "validation",
      "add [validation] with instances = \"80-99\", say: instances of the train split that "
      "are not trained on; the weights are chosen on them");
  document.refuse_unknown(table, "validation.", {"instances", "trials", "iterations", "at"});
  const std::vector<std::string> scope{"validation."};
  ValidationSpec spec;
  const Found instances = document.find(table, "instances", scope);
  if (!instances) {
    throw UserError(document.place(table, "validation"), "names no instances",
                    "add instances = \"80-99\", say");
  }
  spec.instances = instances_of(instances);
  spec.instances_where = instances.where;
  const auto count = [&](const char* key, std::uint64_t fallback) {
    return static_cast<std::uint64_t>(integer_of(
        document.find(table, key, scope), static_cast<std::int64_t>(fallback), 1, 1'000'000));
  };
  spec.trials = count("trials", spec.trials);
  spec.iterations = count("iterations", spec.iterations);
  spec.at = iterations_of(document.find(table, "at", scope), spec.iterations);
  return spec;
}

PhaseSpec read_phase(Document& document, const toml::table& table, std::size_t number) {
  const std::vector<std::string> scopes{fmt::format("phase.{}.", number), "phase.*."};
  PhaseSpec spec;
  spec.where = document.place(table, fmt::format("phase {}", number));
  const auto find = [&](const char* key) { return document.find(table, key, scopes); };
  const auto count = [&](const char* key, std::uint64_t fallback) {
    return static_cast<std::uint64_t>(
        integer_of(find(key), static_cast<std::int64_t>(fallback), 1, 1'000'000));
  };
  spec.learning_rate = positive_of(find("learning_rate")).value_or(spec.learning_rate);
  spec.final_learning_rate = positive_of(find("final_learning_rate")).value_or(spec.learning_rate);
  const Found clip = find("clip");
  spec.clip = real_of(clip).value_or(spec.clip);
  if (spec.clip < 0) throw UserError(clip.where, "must be at least 0");
  const Found averaging = find("averaging");
  spec.averaging = real_of(averaging).value_or(spec.averaging);
  if (spec.averaging < 0 || spec.averaging >= 1) {
    throw UserError(averaging.where, "must be at least 0 and below 1");
  }
  spec.epochs = count("epochs", spec.epochs);
  spec.steps = count("steps", spec.steps);
  spec.batch = count("batch", spec.batch);
  spec.iterations = count("iterations", spec.iterations);
  spec.unroll = count("unroll", spec.unroll);
  static const toml::table none;
  const toml::table* inner = &none;
  if (const toml::node* node = table.get("optimizer")) {
    inner = node->as_table();
    if (inner == nullptr) {
      wrong_type({node, document.place(*node, "optimizer")},
                 "a table such as { variant = \"no-query\" }");
    }
  }
  spec.optimizer = document.settings(
      *inner, {fmt::format("phase.{}.optimizer.", number), "phase.*.optimizer."}, {});
  spec.settings = document.settings(table, scopes, phase_keys());
  return spec;
}

}  // namespace

const std::vector<std::string>& phase_keys() {
  static const std::vector<std::string> keys{
      "optimizer", "learning_rate", "final_learning_rate", "clip",  "averaging", "epochs",
      "steps",     "batch",         "iterations",          "unroll"};
  return keys;
}

Training read_training(const std::filesystem::path& file,
                       const std::vector<std::string>& overrides) {
  Document document(file, overrides);
  const toml::table& root = document.root();
  document.refuse_unknown(
      root, "",
      {"title", "seed", "gradient", "scale", "problem", "optimizer", "validation", "phase"});
  Training training;
  training.file = file;
  training.text = document.text();
  training.title = text_of(document.find(root, "title"), "");
  training.seed = static_cast<std::uint64_t>(integer_of(document.find(root, "seed"), 1, 0));
  training.gradient = is_first_of(document.find(root, "gradient"), "exact", "differences", true)
                          ? GradientSource::exact
                          : GradientSource::differences;
  training.problem = read_problem(document);
  training.optimizer = read_optimizer(document);
  training.validation = read_validation(document);
  std::size_t number = 0;
  for (const toml::table* entry :
       document.entries("phase",
                        "write [[phase]] and below it learning_rate, epochs and what the "
                        "optimizer's training takes; `zeroth describe` names that")) {
    training.phases.push_back(read_phase(document, *entry, ++number));
  }
  document.refuse_unused_overrides(
      "keys are title, seed, gradient, scale, problem.KEY, optimizer.KEY, validation.KEY, "
      "phase.N.KEY, phase.*.KEY and the same with optimizer.KEY");
  return training;
}

}  // namespace zeroth::host
