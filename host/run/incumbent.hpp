// The best that a run has evaluated.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace zeroth::host {

struct Incumbent {
  std::vector<double> x;  // empty: none yet
  double f = std::numeric_limits<double>::quiet_NaN();
  std::uint64_t query = 0;  // its number, from 1; 0: an evaluation that was not charged
};

}  // namespace zeroth::host
