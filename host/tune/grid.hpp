// The settings of one optimizer that a search may try.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "spec/experiment.hpp"

namespace zeroth::host {

/// The values of one parameter, in the order in which they are tried.
struct Axis {
  std::string parameter;
  std::vector<Value> values;
  std::vector<std::size_t> coarse;  // places of the values of the first stage, ascending
  bool open_below = false, open_above = false;  // the parameter takes values beyond the ends

  /// Whether there are values between the coarse ones, for a second stage.
  bool refined() const { return coarse.size() < values.size(); }
};

/// The product of the axes.  A setting is a number: the last axis varies first.
struct Grid {
  std::vector<Axis> axes;

  std::size_t size() const {
    std::size_t product = 1;
    for (const Axis& axis : axes) product *= axis.values.size();
    return product;
  }
  /// For each axis, the place of the setting's value.
  std::vector<std::size_t> places(std::size_t setting) const {
    std::vector<std::size_t> result(axes.size());
    for (std::size_t a = axes.size(); a-- > 0;) {
      result[a] = setting % axes[a].values.size();
      setting /= axes[a].values.size();
    }
    return result;
  }
  std::size_t setting(const std::vector<std::size_t>& places) const {
    std::size_t result = 0;
    for (std::size_t a = 0; a < axes.size(); ++a) {
      result = result * axes[a].values.size() + places[a];
    }
    return result;
  }
  const Value& value(std::size_t setting, std::size_t axis) const {
    return axes[axis].values[places(setting)[axis]];
  }
};

}  // namespace zeroth::host
