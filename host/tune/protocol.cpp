#include "tune/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "spec/decimal.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

const Parameter* parameter(const Descriptor& descriptor, const std::string& name) {
  for (const Parameter& each : descriptor.parameters) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

bool takes(const Parameter& p, double value) {
  const double low =
      p.type == ParameterType::integer ? static_cast<double>(p.integer_min) : p.real_min;
  const double high =
      p.type == ParameterType::integer ? static_cast<double>(p.integer_max) : p.real_max;
  return (p.excludes_min ? value > low : value >= low) &&
         (p.excludes_max ? value < high : value <= high);
}

std::vector<SearchSpec> protocol(const Descriptor& descriptor, const std::string& where) {
  const auto is_real = [&](const char* name) {
    const Parameter* found = parameter(descriptor, name);
    return found != nullptr && found->type == ParameterType::real;
  };
  const auto decades = [&](const char* name) {
    SearchSpec search;
    search.parameter = name;
    search.first_exponent = -2;
    search.last_exponent = 3;
    search.where = where;
    return search;
  };
  std::vector<SearchSpec> all;
  if (descriptor.training && is_real("alpha")) {
    all.push_back(decades("alpha"));
  } else if (is_real("delta")) {
    all.push_back(decades("delta"));
  }
  if (is_real("beta1") && is_real("beta2")) {
    all.push_back({"beta1", {0.9, 0.99}, 0, 0, false, where});
    all.push_back({"beta2", {0.99, 0.996, 0.999}, 0, 0, false, where});
  }
  return all;
}

// trim: leave out what the parameter does not take; else the binding complains of it.
Axis axis_of(const SearchSpec& search, const Parameter* p, bool trim) {
  Axis axis{search.parameter, search.values, {}};
  for (std::size_t i = 0; i < search.values.size(); ++i) axis.coarse.push_back(i);
  if (!search.values.empty()) return axis;
  const bool whole = p != nullptr && p->type == ParameterType::integer;
  for (int exponent = search.first_exponent; exponent <= search.last_exponent; ++exponent) {
    const bool last = exponent == search.last_exponent;
    for (int digit = 1; digit <= (search.linear && !last ? 9 : 1); ++digit) {
      const double number = decimal(digit, exponent);
      if (trim && !takes(*p, number)) continue;
      if (digit == 1) axis.coarse.push_back(axis.values.size());
      if (whole && number == std::floor(number) && number < 1e15) {
        axis.values.emplace_back(static_cast<std::int64_t>(number));
      } else {
        axis.values.emplace_back(number);
      }
    }
  }
  if (p == nullptr) return axis;
  axis.open_below = takes(*p, decimal(1, search.first_exponent - 1));
  axis.open_above = takes(*p, decimal(1, search.last_exponent + 1));
  return axis;
}

Grid grid_of(const OptimizerSpec& spec, const Descriptor& descriptor) {
  Grid grid;
  const auto add = [&](const SearchSpec& search, bool trim) {
    Axis axis = axis_of(search, parameter(descriptor, search.parameter), trim);
    if (!axis.coarse.empty()) grid.axes.push_back(std::move(axis));
  };
  const auto is_list = [&](const SearchSpec& search) {
    return std::any_of(spec.settings.begin(), spec.settings.end(), [&](const Setting& each) {
      return each.name == search.parameter && each.values.size() > 1;
    });
  };
  for (const Setting& setting : spec.settings) {
    if (setting.values.size() < 2) continue;
    add({setting.name, setting.values, 0, 0, false, setting.where}, false);
  }
  if (spec.tune) {
    for (const SearchSpec& search : *spec.tune) {
      if (is_list(search)) {
        throw UserError(search.where,
                        fmt::format("{} is a list already, which is tried", search.parameter),
                        "delete one of the two");
      }
      add(search, false);
    }
  } else {
    for (const SearchSpec& search : protocol(descriptor, spec.where)) {
      if (!is_list(search)) add(search, true);
    }
  }
  const auto place = [&](const Axis& axis) {
    return std::find_if(descriptor.parameters.begin(), descriptor.parameters.end(),
                        [&](const Parameter& p) { return p.name == axis.parameter; });
  };
  std::stable_sort(grid.axes.begin(), grid.axes.end(),
                   [&](const Axis& a, const Axis& b) { return place(a) < place(b); });
  return grid;
}

// The optimizer's settings with the values of the grid in their places.
void sweep(OptimizerSpec& spec, const Grid& grid) {
  for (const Axis& axis : grid.axes) {
    const auto searched = [&](const auto& each) { return each.name == axis.parameter; };
    std::string where = spec.where;
    if (spec.tune) {
      for (const SearchSpec& each : *spec.tune) {
        if (each.parameter == axis.parameter) where = each.where;
      }
    }
    const auto set = std::find_if(spec.settings.begin(), spec.settings.end(), searched);
    if (set == spec.settings.end()) {
      spec.settings.push_back({axis.parameter, axis.values, where});
    } else {
      if (where == spec.where) where = set->where;
      *set = {axis.parameter, axis.values, where};
    }
  }
}

}  // namespace

Tuning tuning_of(const Experiment& experiment, const std::vector<Descriptor>& optimizers) {
  Tuning tuning{experiment, {}};
  tuning.experiment.optimizers.clear();
  double settings = 0;
  for (std::size_t i = 0; i < experiment.optimizers.size(); ++i) {
    OptimizerSpec spec = experiment.optimizers[i];
    const Descriptor& descriptor = look_up(optimizers, spec.id, spec.where, "optimizer");
    Grid grid = grid_of(spec, descriptor);
    if (grid.axes.empty()) continue;
    double size = 1;
    for (const Axis& axis : grid.axes) size *= static_cast<double>(axis.values.size());
    settings += size;
    if (settings > most_settings) {
      throw UserError(spec.where, fmt::format("the grid has more than {} settings", most_settings),
                      "name fewer values, or linear = false");
    }
    sweep(spec, grid);
    tuning.optimizers.push_back(
        {i, spec.label.empty() ? descriptor.name : spec.label, std::move(grid)});
    tuning.experiment.optimizers.push_back(std::move(spec));
  }
  if (tuning.optimizers.empty()) {
    throw UserError(experiment.file.string(), "no optimizer has anything to tune",
                    "say what to try: tune = { delta = [1.0, 3.0] } in an [[optimizer]]; "
                    "`zeroth describe` names its parameters");
  }
  for (ProblemSpec& problem : tuning.experiment.problems) {
    problem.split = Split::train;
    problem.instances = experiment.tune.instances.value_or(Instances());
    if (experiment.tune.instances) problem.instances_where = experiment.tune.instances_where;
  }
  tuning.experiment.trials = experiment.tune.trials;
  tuning.experiment.budget.target.reset();
  tuning.experiment.analyses.clear();
  return tuning;
}

}  // namespace zeroth::host
