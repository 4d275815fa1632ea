#include <fmt/format.h>
#include <zeroth/abi.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "hash.hpp"
#include "spec/read_training.hpp"
#include "train/train.hpp"
#include "user_error.hpp"
#include "version.hpp"

namespace zeroth::host {
namespace {

// The settings of the first list, but for those that the second has too.
std::vector<Setting> overlaid(const std::vector<Setting>& below,
                              const std::vector<Setting>& above) {
  std::vector<Setting> all = above;
  for (const Setting& each : below) {
    const bool replaced = std::any_of(above.begin(), above.end(),
                                      [&](const Setting& a) { return a.name == each.name; });
    if (!replaced) all.push_back(each);
  }
  return all;
}

// Of all parameters but the weights: their contents count, not their place.
std::string without_weights(const Configuration& optimizer, const std::string& weights) {
  auto json = nlohmann::ordered_json::parse(optimizer.parameters);
  json.erase(weights);
  return json.dump();
}

// A plugin's parameter of such a name could never be set.
void refuse_hidden(const Descriptor& descriptor, const std::string& where) {
  for (const Parameter& p : descriptor.training->parameters) {
    const std::vector<std::string>& ours = phase_keys();
    if (std::find(ours.begin(), ours.end(), p.name) == ours.end()) continue;
    throw UserError(where,
                    fmt::format("the training of {} has a parameter '{}', which is a key of every "
                                "phase",
                                descriptor.id, p.name),
                    "its author must rename it");
  }
}

std::string text_of(const PhaseSpec& spec) {
  return fmt::format("{} {} {} {} {} {} {} {} {}", spec.learning_rate, spec.final_learning_rate,
                     spec.clip, spec.averaging, spec.epochs, spec.steps, spec.batch,
                     spec.iterations, spec.unroll);
}

std::string text_of(const Instances& instances) {
  std::string text = instances.all ? "all" : "";
  for (const auto& [first, last] : instances.ranges) text += fmt::format("{}-{},", first, last);
  return text;
}

}  // namespace

BoundTraining bind_training(const Training& training, const std::vector<Descriptor>& optimizers,
                            const std::vector<Descriptor>& problems, const ResolvePath& resolve) {
  BoundTraining bound;
  bound.training = training;
  const ProblemSpec& problem = training.problem;
  const Descriptor& on = look_up(problems, problem.id, problem.where, "problem");
  static_cast<Configuration&>(bound.problem) =
      bind_one(problem.id, on.parameters, problem.settings, problem.where, resolve);
  bound.problem.descriptor = &on;
  bound.problem.label = on.name;
  bound.problem.split = Split::train;
  bound.problem.instances = problem.instances;
  bound.problem.instances_where = problem.instances_where;

  const OptimizerSpec& optimizer = training.optimizer;
  const Descriptor& descriptor = look_up(optimizers, optimizer.id, optimizer.where, "optimizer");
  if (!descriptor.training) {
    throw UserError(optimizer.where, fmt::format("{} has nothing to learn", descriptor.id),
                    "`zeroth describe` says of an optimizer whether it can be trained");
  }
  for (const auto& [plugin, where] :
       {std::pair(&on, problem.where), std::pair(&descriptor, optimizer.where)}) {
    if ((plugin->capabilities & ZEROTH_OWN_PROCESS) == 0) continue;
    throw UserError(
        where,
        fmt::format("{} needs a process of its own, which training cannot give it", plugin->id),
        "take another of its kind");
  }
  refuse_hidden(descriptor, optimizer.where);
  bound.optimizer = &descriptor;
  bound.weights = static_cast<std::size_t>(
      std::find_if(descriptor.parameters.begin(), descriptor.parameters.end(),
                   [&](const Parameter& p) { return p.name == descriptor.training->weights; }) -
      descriptor.parameters.begin());
  bound.identity = fmt::format("{} {} {} {} {}\n{} {} {} {}\n", training.seed,
                               training.gradient == GradientSource::exact ? "exact" : "differences",
                               text_of(training.validation.instances), training.validation.trials,
                               training.validation.iterations, problem.id, on.version,
                               bound.problem.parameters, identity_of(bound.problem.files));
  for (const std::uint64_t iteration : training.validation.at) {
    bound.identity += fmt::format("at {}\n", iteration);
  }
  bound.identity +=
      fmt::format("{}\n{} {}\n", text_of(problem.instances), descriptor.id, descriptor.version);
  for (const PhaseSpec& spec : training.phases) {
    for (const Setting& each : spec.optimizer) {
      if (each.name != descriptor.training->weights) continue;
      throw UserError(each.where, "a phase starts from the best weights of the phase before",
                      "name those that the first starts from under [optimizer]");
    }
    BoundTraining::Phase phase;
    phase.spec = spec;
    Configuration run =
        bind_one(descriptor.id, descriptor.parameters, overlaid(optimizer.settings, spec.optimizer),
                 optimizer.where, resolve);
    Configuration learning =
        bind_one(descriptor.id + "'s training", descriptor.training->parameters, spec.settings,
                 spec.where, resolve);
    bound.identity += fmt::format(
        "{} {} {} {} {}\n", text_of(spec), without_weights(run, descriptor.training->weights),
        identity_of(run.files), learning.parameters, identity_of(learning.files));
    phase.optimizer = std::move(run.values);
    phase.training = std::move(learning.values);
    bound.phases.push_back(std::move(phase));
  }
  return bound;
}

std::string note_of(const BoundTraining& bound) {
  const Descriptor &optimizer = *bound.optimizer, &problem = *bound.problem.descriptor;
  return nlohmann::ordered_json{{"title", bound.training.title},
                                {"optimizer", optimizer.id + " " + optimizer.version},
                                {"problem", problem.id + " " + problem.version},
                                {"program", fmt::format("zeroth {}", version)},
                                {"seed", bound.training.seed},
                                {"training", fingerprint(bound.identity)}}
      .dump();
}

}  // namespace zeroth::host
