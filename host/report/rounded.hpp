// Numbers for a screen.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <vector>

namespace zeroth::host {

/// Six digits, which are more than a screen shows.  What is not finite becomes null in JSON.
inline double rounded(double value) {
  return std::isfinite(value) ? std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr) : value;
}
inline nlohmann::ordered_json rounded(const std::vector<double>& values) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const double value : values) json.push_back(rounded(value));
  return json;
}

}  // namespace zeroth::host
