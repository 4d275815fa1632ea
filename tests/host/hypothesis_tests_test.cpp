// Against R, scipy and mpmath: tests/data/statistics.R, signed_rank_ties.py and
// studentized_range.py made the values.
#include "report/hypothesis_tests.hpp"

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "report/statistics.hpp"
#include "support/catch.hpp"

using namespace zeroth::host;
using nlohmann::json;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// The cases of one kind; there are some.
std::vector<json> golden(const std::string& file, const std::string& kind) {
  const json all = json::parse(std::ifstream(std::string(ZEROTH_SOURCE_DIR "/tests/data/") + file));
  const auto cases = all.at(kind).get<std::vector<json>>();
  REQUIRE_FALSE(cases.empty());
  return cases;
}

// To 1e-10 of itself, also where it is tiny.
auto close(const json& value) { return Approx(value.get<double>()).epsilon(1e-10).margin(1e-300); }

}  // namespace

TEST_CASE("signed-rank tests agree with R, exact and normal", "[report]") {
  int exact = 0, normal = 0;
  for (const json& each : golden("statistics.json", "signed_rank")) {
    INFO(each["name"]);
    const auto differences = each["differences"].get<std::vector<double>>();
    // R is not exact with ties or zeros; below, scipy is.
    if (differences.size() < 50 && !each["exact"].get<bool>()) continue;
    const SignedRankTest test = wilcoxon_signed_rank(differences);
    CHECK(test.rank_sum == close(each["rank_sum"]));
    CHECK(test.p == close(each["p"]));
    CHECK(test.exact == each["exact"].get<bool>());
    ++(test.exact ? exact : normal);
  }
  CHECK((exact == 4 && normal == 2));
}

TEST_CASE("signed-rank tests with ties and zeros agree with all permutations by scipy",
          "[report]") {
  for (const json& each : golden("signed_rank_ties.json", "signed_rank")) {
    INFO(each["name"]);
    const SignedRankTest test =
        wilcoxon_signed_rank(each["differences"].get<std::vector<double>>());
    CHECK(test.rank_sum == close(each["rank_sum"]));
    CHECK(test.p == close(each["p"]));
    CHECK(test.exact);
  }
}

TEST_CASE("a signed-rank test of nothing, of zeros and of infinities is defined", "[report]") {
  CHECK(wilcoxon_signed_rank({}).p == 1);
  const std::vector<double> zeros{0, 0, 0};
  CHECK(wilcoxon_signed_rank(zeros).p == 1);
  const std::vector<double> one_sided{-infinity, -infinity, -1, -2, -3, -4};
  const SignedRankTest test = wilcoxon_signed_rank(one_sided);
  CHECK(test.rank_sum == 0);
  CHECK(test.p == 2 / 64.0);
  const std::vector<double> all_fail(5, -infinity);
  CHECK(wilcoxon_signed_rank(all_fail).p == 2 / 32.0);  // five of five are never below 0.05
}

TEST_CASE("Holm's correction agrees with R", "[report]") {
  for (const json& each : golden("statistics.json", "holm")) {
    const std::vector<double> corrected = holm(each["p"].get<std::vector<double>>());
    REQUIRE(corrected.size() == each["corrected"].size());
    for (std::size_t i = 0; i < corrected.size(); ++i)
      CHECK(corrected[i] == close(each["corrected"][i]));
  }
  CHECK(holm({}).empty());
}

TEST_CASE("Friedman's test agrees with R, with and without ties", "[report]") {
  for (const json& each : golden("statistics.json", "friedman")) {
    INFO(each["name"]);
    const FriedmanTest test = friedman(each["blocks"].get<std::vector<std::vector<double>>>());
    CHECK(test.statistic == close(each["statistic"]));
    CHECK(test.p == close(each["p"]));
    REQUIRE(test.mean_ranks.size() == each["mean_ranks"].size());
    for (std::size_t i = 0; i < test.mean_ranks.size(); ++i)
      CHECK(test.mean_ranks[i] == close(each["mean_ranks"][i]));
  }
  CHECK(friedman({{1, 1, 1}, {2, 2, 2}}).p == 1);
}

TEST_CASE("quantiles of the studentized range agree with integration in 40 digits", "[report]") {
  for (const json& each : golden("studentized_range.json", "studentized_range")) {
    INFO(each.dump());
    const std::size_t k = each["k"];
    CHECK(studentized_range_quantile(each["p"], k) == close(each["q"]));
    CHECK(studentized_range_probability(each["q"], k) == close(each["p"]));
  }
  // Demsar 2006, table 5(a): q / sqrt 2 = 2.343 for three classifiers.
  CHECK(critical_difference(0.05, 3, 14) ==
        Approx(2.343 * std::sqrt(12.0 / (6 * 14))).epsilon(5e-4));
}

TEST_CASE("Vargha & Delaney's A agrees with scipy, and is decided by infinities", "[report]") {
  for (const json& each : golden("studentized_range.json", "vargha_delaney")) {
    CHECK(vargha_delaney(each["a"].get<std::vector<double>>(),
                         each["b"].get<std::vector<double>>()) == close(each["A"]));
  }
  const std::vector<double> finite{1, 2}, infinite{infinity, infinity};
  CHECK(vargha_delaney(finite, infinite) == 1);
  CHECK(vargha_delaney(infinite, infinite) == 0.5);
}

TEST_CASE("quantiles, means and deviations agree with NumPy to 1e-10", "[report]") {
  for (const json& each : golden("studentized_range.json", "quantiles")) {
    const auto x = each["x"].get<std::vector<double>>();
    for (std::size_t i = 0; i < each["p"].size(); ++i)
      CHECK(quantile(x, each["p"][i]) == close(each["q"][i]));
    CHECK(mean(x) == close(each["mean"]));
    if (x.size() > 1) {
      CHECK(standard_deviation(x) == close(each["deviation"]));
    } else {
      CHECK(std::isnan(standard_deviation(x)));
    }
  }
}
