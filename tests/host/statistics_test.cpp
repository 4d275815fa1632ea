#include "report/statistics.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"

using namespace zeroth::host;

// Values from numpy.quantile(x, p) of NumPy 1.24, method "linear".
TEST_CASE("quantiles agree with NumPy", "[report]") {
  const std::vector<double> x{3.5, 1.25, 9.0, 2.0, 4.75, 0.5};
  CHECK(quantile(x, 0.25) == Approx(1.4375).epsilon(1e-15));
  CHECK(quantile(x, 0.5) == Approx(2.75).epsilon(1e-15));
  CHECK(quantile(x, 0.75) == Approx(4.4375).epsilon(1e-15));
  CHECK(quantile(x, 0.1) == Approx(0.875).epsilon(1e-15));
  CHECK(quantile(x, 0) == 0.5);
  CHECK(quantile(x, 1) == 9.0);
  CHECK(quantile({7}, 0.3) == 7);
  CHECK(std::isnan(quantile({}, 0.5)));
}

TEST_CASE("a run without a loss is the worst in quantiles and ranks", "[report]") {
  const double none = std::numeric_limits<double>::quiet_NaN();
  CHECK(quantile({1, none, 2}, 0.5) == 2);
  CHECK(std::isinf(quantile({1, none, none}, 0.5)));
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(quantile({-infinity, 1}, 0.5) == -infinity);
  CHECK(quantile({1, infinity}, 0.5) == infinity);
  CHECK(ranks({none, 1, 5}) == std::vector<double>{3, 2 - 1, 2});
}

TEST_CASE("what only rounding tells apart is equal", "[report]") {
  const double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> row{11.408425283173703, infinity, -2, 11.408425283173688, 1e-20, 1.01e-20, 0};
  equate_rounded(row);
  CHECK(row == std::vector<double>{11.408425283173688, infinity, -2, 11.408425283173688, 1e-20,
                                   1.01e-20, 0});
}

// Values from scipy.stats.rankdata.
TEST_CASE("equal values share their mean rank", "[report]") {
  CHECK(ranks({3, 1, 3, 2, 3}) == std::vector<double>{4, 1, 4, 2, 4});
  CHECK(ranks({}).empty());
}
