// Two lists of numbers, one by one.
#pragma once

#include <vector>

#include "support/catch.hpp"

namespace zeroth::test {

/// Sums of some hundred terms of order 1 differ by less, whatever their order.
inline void check_close(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == Approx(b[i]).epsilon(0).margin(1e-12));
}

}  // namespace zeroth::test
