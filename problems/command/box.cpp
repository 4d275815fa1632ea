#include "command/box.hpp"

#include <zeroth/error.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "command/dialogue.hpp"

namespace zeroth::command {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\n") == std::string_view::npos;
}

std::pair<double, double> pair_in(std::string_view text, const std::string& which) {
  const std::vector<std::string_view> parts = split(text, ',');
  const std::optional<double> low = number_in(parts.front()), high = number_in(parts.back());
  if (parts.size() != 2 || !low || !high || std::isnan(*low) || std::isnan(*high)) {
    throw Error("bounds: " + which + shown(text) +
                " is no pair of numbers; write \"-5,5\" for all coordinates, or one pair for each: "
                "\"-5,5; 0,1\"");
  }
  if (*low > *high || *low == infinity || *high == -infinity) {
    throw Error("bounds: " + which + shown(text) +
                " leaves no room: the lower bound comes first, as in \"-5,5\"");
  }
  return {*low, *high};
}

void set_dimension(Box& box, std::size_t count, const std::string& of) {
  if (box.dimension == 0) box.dimension = count;
  if (box.dimension == count) return;
  throw Error(of + " for " + std::to_string(count) + " coordinates, but the dimension is " +
              std::to_string(box.dimension));
}

void read_bounds(Box& box, const std::string& text) {
  std::vector<std::string_view> parts = split(text, ';');
  if (parts.size() > 1 && blank(parts.back())) parts.pop_back();  // "0,1; 0,1;"
  if (parts.size() > 1) set_dimension(box, parts.size(), "bounds are given");
  if (box.dimension == 0) {
    throw Error("dimension: is missing; one pair of bounds for all does not say how many");
  }
  for (std::size_t j = 0; j < box.dimension; ++j) {
    const bool same = parts.size() == 1;
    const auto [low, high] =
        pair_in(parts[same ? 0 : j], same ? "" : "coordinate " + std::to_string(j) + ": ");
    box.lower.push_back(low);
    box.upper.push_back(high);
  }
}

std::vector<double> start_in(std::string_view text) {
  std::vector<double> start;
  for (const std::string_view part : split(text, ',')) {
    const std::optional<double> value = number_in(part);
    if (!value || !std::isfinite(*value)) {
      throw Error(
          "start: " + shown(part) +
          " is not a number; write \"0.5\" for all coordinates, one for each: \"1,2,3\", or "
          "\"random\"");
    }
    start.push_back(*value);
  }
  return start;
}

// The middle; 0 or the bound nearest to it where a side is open.
double middle(double low, double high) {
  if (std::isfinite(low) && std::isfinite(high)) return between(low, high, 0.5);
  return std::clamp(0.0, low, high);
}

}  // namespace

double between(double low, double high, double share) {
  const double width = high - low;
  const double x = std::isfinite(width) ? low + width * share : low * (1 - share) + high * share;
  return std::min(x, high);
}

Box box_of(std::size_t dimension, const std::string& bounds, const std::string& start) {
  Box box;
  box.dimension = dimension;
  const bool drawn = start == "random";
  if (!drawn && !blank(start)) {
    box.start = start_in(start);
    if (box.start.size() > 1) set_dimension(box, box.start.size(), "a start is given");
  }
  if (!blank(bounds)) read_bounds(box, bounds);
  if (box.dimension == 0) {
    throw Error("dimension: is missing; how many numbers does the program expect?");
  }
  if (box.start.size() == 1) box.start.assign(box.dimension, box.start.front());
  for (std::size_t j = 0; j < box.dimension; ++j) {
    const double low = box.lower.empty() ? -infinity : box.lower[j];
    const double high = box.upper.empty() ? infinity : box.upper[j];
    const auto which = [j] { return "coordinate " + std::to_string(j); };
    if (drawn) {
      if (std::isfinite(low) && std::isfinite(high)) continue;
      throw Error("start: \"random\" needs bounds on both sides, and " + which() + " has none");
    }
    if (box.start.size() == j) box.start.push_back(middle(low, high));
    if (box.start[j] >= low && box.start[j] <= high) continue;
    throw Error("start: " + which() + " is outside of its bounds");
  }
  return box;
}

}  // namespace zeroth::command
