#include <fmt/format.h>
#include <zeroth/abi.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "near_miss.hpp"
#include "plan/plan.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

using Json = nlohmann::ordered_json;

Value default_of(const Parameter& p) {
  switch (p.type) {
    case ParameterType::real:
      return p.real;
    case ParameterType::integer:
      return p.integer;
    case ParameterType::boolean:
      return p.integer != 0;
    default:
      return p.text;
  }
}

Value checked(const Parameter& p, const Value& value, const std::string& where) {
  const auto wrong = [&](const std::string& what) {
    const std::string range = p.range();
    throw UserError(where, what,
                    fmt::format("'{}' is {}{}{}", p.name, p.doc, range.empty() ? "" : ", ", range));
  };
  const auto* real = std::get_if<double>(&value);
  const auto* integer = std::get_if<std::int64_t>(&value);
  const auto* text = std::get_if<std::string>(&value);
  switch (p.type) {
    case ParameterType::real: {
      if (real == nullptr && integer == nullptr) wrong("must be a number");
      const double x = real != nullptr ? *real : static_cast<double>(*integer);
      const bool inside = (p.excludes_min ? x > p.real_min : x >= p.real_min) &&
                          (p.excludes_max ? x < p.real_max : x <= p.real_max) && std::isfinite(x);
      if (!inside) wrong(fmt::format("{} is out of range", x));
      return x;
    }
    case ParameterType::integer:
      if (integer == nullptr) wrong("must be a whole number");
      if (*integer < p.integer_min || *integer > p.integer_max)
        wrong(fmt::format("{} is out of range", *integer));
      return value;
    case ParameterType::boolean:
      if (!std::holds_alternative<bool>(value)) wrong("must be true or false");
      return value;
    case ParameterType::choice:
      if (text == nullptr ||
          std::find(p.choices.begin(), p.choices.end(), *text) == p.choices.end()) {
        wrong(text == nullptr ? "must be text in quotes"
                              : fmt::format("'{}' is none of its choices", *text));
      }
      return value;
    case ParameterType::text:
    case ParameterType::path:
      if (text == nullptr) wrong("must be text in quotes");
      return value;
  }
  return value;
}

// The Cartesian product of the values of all settings; one configuration for each.
// id  of what has the parameters, for messages.
std::vector<Configuration> unfold(const std::string& id, const std::vector<Parameter>& parameters,
                                  const std::vector<Setting>& settings, const std::string& where,
                                  const ResolvePath& resolve) {
  std::vector<std::string> names;
  names.reserve(parameters.size());
  for (const Parameter& p : parameters) names.push_back(p.name);
  for (const Setting& setting : settings) {
    if (std::find(names.begin(), names.end(), setting.name) == names.end()) {
      const auto key = near_miss(setting.name, {"label", "split", "instances", "isolate", "tune"});
      throw UserError(setting.where, fmt::format("{} has no parameter '{}'", id, setting.name),
                      key && !near_miss(setting.name, names) ? suggestion(setting.name, {*key})
                                                             : suggestion(setting.name, names));
    }
    const auto first = std::find_if(settings.begin(), settings.end(),
                                    [&](const Setting& s) { return s.name == setting.name; });
    if (&*first != &setting) {
      throw UserError(setting.where,
                      fmt::format("'{}' is set already, by {}", setting.name, first->where),
                      "say it once");
    }
  }
  Configuration base;
  base.where = where;
  std::vector<Configuration> all{base};
  for (const Parameter& p : parameters) {
    const auto set = std::find_if(settings.begin(), settings.end(),
                                  [&](const Setting& s) { return s.name == p.name; });
    std::vector<Value> values{default_of(p)};
    if (set != settings.end()) {
      values.clear();
      for (const Value& given : set->values) {
        values.push_back(checked(p, given, set->where));
        if (std::find(values.begin(), values.end() - 1, values.back()) != values.end() - 1)
          throw UserError(set->where, fmt::format("names {} twice", text_of(values.back())));
      }
    }
    std::vector<Configuration> longer;
    for (const Configuration& prefix : all) {
      for (const Value& value : values) {
        longer.push_back(prefix);
        longer.back().values.push_back(value);
        if (values.size() > 1) longer.back().label += fmt::format(" {}={}", p.name, text_of(value));
      }
    }
    all = std::move(longer);
  }
  std::map<std::string, ResolvedPath> resolved;  // by parameter and value: a file is read once
  for (Configuration& each : all) {
    Json json = Json::object();
    for (std::size_t i = 0; i < each.values.size(); ++i) {
      const Parameter& p = parameters[i];
      std::visit([&](const auto& v) { json[p.name] = v; }, each.values[i]);
      auto* path = std::get_if<std::string>(&each.values[i]);
      if (p.type != ParameterType::path || path->empty()) continue;
      const bool is_default = std::none_of(settings.begin(), settings.end(),
                                           [&](const Setting& s) { return s.name == p.name; });
      const auto [found, is_new] = resolved.try_emplace(p.name + " " + *path);
      if (is_new) found->second = resolve(*path, is_default);
      *path = found->second.path;
      if (!found->second.fingerprint.empty())
        each.files.push_back({p.name, found->second.path, found->second.fingerprint});
    }
    each.parameters = json.dump();
  }
  return all;
}

std::vector<Configuration> unfold(const Descriptor& descriptor,
                                  const std::vector<Setting>& settings, const std::string& where,
                                  const ResolvePath& resolve) {
  std::vector<Configuration> all =
      unfold(descriptor.id, descriptor.parameters, settings, where, resolve);
  for (Configuration& each : all) each.descriptor = &descriptor;
  return all;
}

// Whether in a process of its own.  Limits can be kept of a process alone.
bool isolated(const Experiment& experiment, const Isolate& isolate, const Descriptor& descriptor) {
  const bool needed = (descriptor.capabilities & ZEROTH_OWN_PROCESS) != 0;
  if (experiment.isolate || isolate.wanted.value_or(false)) return true;
  if (!isolate.wanted) return needed || experiment.limits;
  if (needed) {
    throw UserError(isolate.where,
                    fmt::format("{} needs a process of its own: it says so itself", descriptor.id),
                    "delete isolate = false");
  }
  if (experiment.limits) {
    throw UserError(isolate.where,
                    fmt::format("[limits] cannot be kept where {} runs in the process of the host",
                                descriptor.id),
                    "delete isolate = false or [limits]");
  }
  return false;
}

// The configurations of one list: refuses one more that is the same as another, or is called so.
class Twins {
 public:
  Twins(const char* kind, const char* remedy) : kind_(kind), remedy_(remedy) {}

  // among: what is equal in one and the other in any case, the split of a problem.
  void refuse(const Configuration& one, const std::string& among = "") {
    const auto [same, is_new] = labels_.emplace(
        fmt::format("{} {} {}", among, one.descriptor->id, one.parameters), one.label);
    if (!is_new) {
      throw UserError(one.where,
                      fmt::format("the same {} with the same parameters stands here twice{}", kind_,
                                  one.label == same->second ? "" : ", also as " + same->second),
                      remedy_);
    }
    if (!taken_.insert(among + " " + one.label).second) {
      throw UserError(one.where, fmt::format("two {}s would both be called '{}'", kind_, one.label),
                      "give this one a label = \"...\" of its own");
    }
  }

 private:
  const char *kind_, *remedy_;
  std::unordered_map<std::string, std::string> labels_;  // by what it is
  std::unordered_set<std::string> taken_;
};

// Those of one list: of the matrix, or of a replay.
std::vector<Configuration> bind_optimizers(const Experiment& experiment,
                                           const std::vector<OptimizerSpec>& specs,
                                           const std::vector<Descriptor>& optimizers,
                                           const ResolvePath& resolve) {
  std::vector<Configuration> all;
  Twins twins("optimizer", "delete one");
  for (const OptimizerSpec& spec : specs) {
    const Descriptor& descriptor = look_up(optimizers, spec.id, spec.where, "optimizer");
    for (Configuration& each : unfold(descriptor, spec.settings, spec.where, resolve)) {
      each.label = (spec.label.empty() ? descriptor.name : spec.label) + each.label;
      twins.refuse(each);
      each.isolated = isolated(experiment, spec.isolate, descriptor);
      all.push_back(std::move(each));
    }
  }
  return all;
}

}  // namespace

Configuration bind_one(const std::string& id, const std::vector<Parameter>& parameters,
                       const std::vector<Setting>& settings, const std::string& where,
                       const ResolvePath& resolve) {
  for (const Setting& setting : settings) {
    if (setting.values.size() > 1)
      throw UserError(setting.where, "is a list, but nothing is swept here", "give one value");
  }
  return unfold(id, parameters, settings, where, resolve).front();
}

const Descriptor& look_up(const std::vector<Descriptor>& all, const std::string& id,
                          const std::string& where, const char* kind) {
  std::vector<std::string> ids;
  const std::string family = id.substr(0, id.find('-') + 1);  // "pagmo-"; empty: it has no hyphen
  bool has_family = family.empty();
  for (const Descriptor& each : all) {
    if (each.id == id) return each;
    ids.push_back(each.id);
    has_family = has_family || each.id.starts_with(family);
  }
  std::string remedy = suggestion(id, ids);
  if (all.empty()) {
    remedy = "no plugin was found: --plugin-dir or ZEROTH_PLUGIN_PATH says where they are";
  } else if (!has_family && !near_miss(id, ids)) {
    remedy = fmt::format(
        "no plugin has any {}*; one over another library is built where that is installed.  {}",
        family, remedy);
  }
  throw UserError(where, fmt::format("there is no {} '{}'", kind, id), remedy);
}

Matrix bind_matrix(const Experiment& experiment, const std::vector<Descriptor>& optimizers,
                   const std::vector<Descriptor>& problems, const ResolvePath& resolve) {
  Matrix matrix;
  Twins twins("problem", "one entry can name several instances: instances = \"0-9\"");
  for (const ProblemSpec& spec : experiment.problems) {
    const Descriptor& descriptor = look_up(problems, spec.id, spec.where, "problem");
    for (Configuration& each : unfold(descriptor, spec.settings, spec.where, resolve)) {
      each.label = (spec.label.empty() ? descriptor.name : spec.label) + each.label;
      twins.refuse(each, name_of(spec.split));
      each.isolated = isolated(experiment, spec.isolate, descriptor);
      matrix.problems.push_back(
          {std::move(each), spec.split, spec.instances, spec.instances_where});
    }
  }
  matrix.optimizers = bind_optimizers(experiment, experiment.optimizers, optimizers, resolve);
  for (const AnalysisSpec& spec : experiment.analyses) {
    matrix.analyses.push_back(
        {spec, bind_optimizers(experiment, spec.optimizers, optimizers, resolve)});
  }
  return matrix;
}

}  // namespace zeroth::host
