#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "hash.hpp"
#include "train/train.hpp"
#include "user_error.hpp"

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

std::string text_of(const Values& values) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const Value& value : values) std::visit([&](const auto& v) { json.push_back(v); }, value);
  return json.dump();
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
  std::string files;
  const ResolvePath noting = [&](const std::string& written) {
    ResolvedPath resolved = resolve(written);
    files += resolved.fingerprint + " ";
    return resolved;
  };

  const ProblemSpec& problem = training.problem;
  bound.problem.descriptor = &look_up(problems, problem.id, problem.where, "problem");
  bound.problem.values = bind_values(problem.id, bound.problem.descriptor->parameters,
                                     problem.settings, problem.where, noting);
  bound.problem.where = problem.where;
  bound.problem.label = bound.problem.descriptor->name;
  bound.problem.parameters = text_of(bound.problem.values);
  bound.problem.split = Split::train;
  bound.problem.instances = problem.instances;
  bound.problem.instances_where = problem.instances_where;

  const OptimizerSpec& optimizer = training.optimizer;
  const Descriptor& descriptor = look_up(optimizers, optimizer.id, optimizer.where, "optimizer");
  if (!descriptor.training) {
    throw UserError(optimizer.where, fmt::format("{} has nothing to learn", descriptor.id),
                    "`zeroth describe` says of an optimizer whether it can be trained");
  }
  bound.optimizer = &descriptor;
  bound.weights = static_cast<std::size_t>(
      std::find_if(descriptor.parameters.begin(), descriptor.parameters.end(),
                   [&](const Parameter& p) { return p.name == descriptor.training->weights; }) -
      descriptor.parameters.begin());
  bound.identity = fmt::format("{} {} {} {} {}\n{} {} {}\n", training.seed,
                               training.gradient == GradientSource::exact ? "exact" : "differences",
                               text_of(training.validation.instances), training.validation.trials,
                               training.validation.iterations, problem.id,
                               bound.problem.descriptor->version, bound.problem.parameters);
  bound.identity +=
      fmt::format("{}\n{} {}\n", text_of(problem.instances), descriptor.id, descriptor.version);
  for (const PhaseSpec& spec : training.phases) {
    BoundTraining::Phase phase;
    phase.spec = spec;
    phase.optimizer =
        bind_values(descriptor.id, descriptor.parameters,
                    overlaid(optimizer.settings, spec.optimizer), optimizer.where, noting);
    phase.training = bind_values(descriptor.id + "'s training", descriptor.training->parameters,
                                 spec.settings, spec.where, noting);
    Values named = phase.optimizer;
    named[bound.weights] = std::string();  // its contents count, not its place
    bound.identity +=
        fmt::format("{} {} {}\n", text_of(spec), text_of(named), text_of(phase.training));
    bound.phases.push_back(std::move(phase));
  }
  bound.identity += files;
  bound.note =
      nlohmann::ordered_json{{"title", training.title},
                             {"optimizer", descriptor.id + " " + descriptor.version},
                             {"problem", problem.id + " " + bound.problem.descriptor->version},
                             {"seed", training.seed},
                             {"training", fingerprint(bound.identity)}}
          .dump();
  return bound;
}

}  // namespace zeroth::host
