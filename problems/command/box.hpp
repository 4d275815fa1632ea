// Bounds and start, as text that stands in an experiment file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace zeroth::command {

/// Where the points of a problem may lie and where an optimization starts.
struct Box {
  std::size_t dimension = 0;
  std::vector<double> lower, upper;  // dimension values, possibly infinite; empty: unbounded
  std::vector<double> start;         // dimension values, inside; empty: drawn in the box
};

/// dimension  0: as many as bounds or start have coordinates.
/// bounds     "": none; "-5,5": for every coordinate; "-5,5; 0,1; ...": one pair for each.  inf and
///            -inf leave a side open.
/// start      "": the middle, on an open side the point nearest to 0; "random": drawn in the box
///            from the seed of each run; "1.5": in every coordinate; "1,2,...": one for each.
/// Throws Error that names the parameter, the coordinate and the remedy.
Box box_of(std::size_t dimension, const std::string& bounds, const std::string& start);

/// The point that lies this share of the way from low to high, both finite.
double between(double low, double high, double share);

}  // namespace zeroth::command
