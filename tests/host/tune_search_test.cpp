// The search of a tuning against tables of losses, without plugins.
#include <zeroth/random.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "spec/decimal.hpp"
#include "support/catch.hpp"
#include "tune/findings.hpp"
#include "tune/search.hpp"

using namespace zeroth::host;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

Axis decades(const std::string& name, int first, int last) {
  Axis axis{name, {}, {}};
  for (int exponent = first; exponent <= last; ++exponent) {
    for (int digit = 1; digit <= (exponent == last ? 1 : 9); ++digit) {
      if (digit == 1) axis.coarse.push_back(axis.values.size());
      axis.values.emplace_back(decimal(digit, exponent));
    }
  }
  return axis;
}

Axis list(const std::string& name, std::size_t n) {
  Axis axis{name, {}, {}};
  for (std::size_t i = 0; i < n; ++i) {
    axis.coarse.push_back(i);
    axis.values.emplace_back(static_cast<double>(i));
  }
  return axis;
}

struct Outcome {
  SearchState state;
  std::size_t setting;  // that won; the grid's size where none did
  std::size_t runs = 0;
  std::size_t rounds = 0;
};

// Answers what the search asks for from the table, until it is over.
Outcome played(const Grid& grid, const Losses& table, const Rule& rule) {
  Outcome outcome{};
  Losses known(table.size(), std::vector<double>(table.front().size(), unknown));
  for (;; ++outcome.rounds) {
    outcome.state = search(grid, known, rule);
    if (outcome.state.missing.empty()) break;
    CHECK(outcome.state.at_most >= outcome.state.missing.size());
    for (const auto& [setting, run] : outcome.state.missing) {
      CHECK(std::isnan(known[setting][run]));  // asked for once
      known[setting][run] = table[setting][run];
      ++outcome.runs;
    }
  }
  CHECK(outcome.state.at_most == 0);
  outcome.setting =
      outcome.state.winner ? outcome.state.tried[*outcome.state.winner].setting : table.size();
  return outcome;
}

// The same search with no cleverness: every setting runs to the end.
std::size_t winner_by_hand(const Grid& grid, const Losses& table, Score score) {
  std::size_t best = table.size();
  double least = infinity;
  const auto consider = [&](std::size_t setting) {
    const double value = score_of(score, table[setting]);
    if (!(value < least)) return;
    least = value;
    best = setting;
  };
  for (std::size_t setting = 0; setting < table.size(); ++setting) {
    bool coarse = true;
    for (std::size_t a = 0; a < grid.axes.size(); ++a) {
      const auto& places = grid.axes[a].coarse;
      coarse = coarse && std::count(places.begin(), places.end(), grid.places(setting)[a]) == 1;
    }
    if (coarse) consider(setting);
  }
  for (std::size_t a = 0; a < grid.axes.size() && best < table.size(); ++a) {
    std::vector<std::size_t> places = grid.places(best);
    const std::vector<std::size_t> coarse = grid.axes[a].coarse;
    std::size_t low = 0, high = grid.axes[a].values.size() - 1;
    for (const std::size_t c : coarse) {
      if (c < places[a]) low = c + 1;
    }
    for (auto c = coarse.rbegin(); c != coarse.rend(); ++c) {
      if (*c > places[a]) high = *c - 1;
    }
    for (places[a] = low; places[a] <= high; ++places[a]) consider(grid.setting(places));
  }
  return best;
}

// Tables with ties, runs that diverge, and settings of very different quality.
Losses random_table(std::size_t settings, std::size_t runs, zeroth::Random& random, double floor) {
  Losses table(settings);
  for (std::vector<double>& losses : table) {
    const double quality = random.uniform() < 0.2 ? 0.0 : std::exp(2 * random.normal());
    const bool coarse = random.uniform() < 0.3;
    for (std::size_t run = 0; run < runs; ++run) {
      double loss = floor + quality * (0.5 + random.uniform());
      if (coarse) loss = floor + std::round(loss - floor);
      losses.push_back(random.uniform() < 0.02 ? infinity : loss);
    }
  }
  return table;
}

}  // namespace

TEST_CASE("discarding never changes who wins", "[tune]") {
  zeroth::Random random(4);
  std::size_t spent = 0, exhaustive = 0;
  for (int i = 0; i < 400; ++i) {
    Grid grid;
    switch (i % 4) {
      case 0:
        grid.axes = {decades("delta", -2, 3)};
        break;
      case 1:
        grid.axes = {list("beta1", 2), decades("delta", -1, 1), list("beta2", 3)};
        break;
      case 2:
        grid.axes = {decades("alpha", 0, 2), decades("delta", -1, 1)};
        break;
      default:
        grid.axes = {list("q", 1 + i % 7)};
    }
    const double floor = i % 3 == 0 ? 0.0 : 3 * random.normal();
    const std::size_t runs = 1 + i % 23;
    const Losses table = random_table(grid.size(), runs, random, floor);
    const Score score = i % 5 == 0 ? Score::median : Score::mean;
    INFO("table " << i);
    const Outcome quick = played(grid, table, {score, floor});
    const Outcome whole = played(grid, table, {score, std::nullopt});
    CHECK(quick.setting == whole.setting);
    CHECK(quick.setting == winner_by_hand(grid, table, score));
    CHECK(quick.runs <= whole.runs);
    spent += quick.runs;
    exhaustive += whole.runs;
    for (const Candidate& each : quick.state.tried) {
      CHECK(score_of(score, table[each.setting]) >= each.score);
      if (each.discarded && std::isfinite(each.score)) {
        CHECK(each.score > quick.state.tried[*quick.state.winner].score);
      }
    }
    for (const Candidate& each : whole.state.tried) CHECK(each.runs == runs);
  }
  CHECK(spent < exhaustive / 2);
}

TEST_CASE("a setting that cannot win is discarded as soon as that is known", "[tune]") {
  Grid grid;
  grid.axes = {list("q", 3)};
  const Losses table{{5, 5, 5, 5}, {1, 1, 1, 1}, {2, 2.5, 9, 9}};
  const Outcome outcome = played(grid, table, {Score::mean, 0.0});
  CHECK(outcome.setting == 1);
  CHECK(outcome.state.tried[0].runs == 1);  // 5 is above 4 already
  CHECK(outcome.state.tried[0].score == 1.25);
  CHECK(outcome.state.tried[0].discarded);
  CHECK(outcome.state.tried[1].runs == 4);
  CHECK(outcome.state.tried[2].runs == 2);
  CHECK(outcome.state.tried[2].score == 1.125);
  CHECK(outcome.runs == 7);

  const Outcome diverging =
      played(grid, {{infinity, 0, 0}, {3, 3, 3}, {infinity, 0, 0}}, {Score::mean, 0.0});
  CHECK(diverging.setting == 1);
  CHECK(diverging.runs == 5);
}

TEST_CASE("equal scores go to the setting that was tried first", "[tune]") {
  Grid grid;
  grid.axes = {list("q", 4)};
  // The second begins best and is complete first.
  const Losses table{{2, 0}, {1, 1}, {0.5, 1.5}, {3, 3}};
  CHECK(played(grid, table, {Score::mean, 0.0}).setting == 0);
  CHECK(played(grid, table, {Score::mean, std::nullopt}).setting == 0);
  grid.axes = {decades("delta", 0, 1)};
  CHECK(played(grid, Losses(10, {1.0}), {Score::mean, 0.0}).setting == 0);
}

TEST_CASE("the second stage tries the multiples between the neighbours of the best", "[tune]") {
  Grid grid;
  grid.axes = {decades("delta", -2, 3)};
  const auto tried_when_best_is = [&](double best) {
    Losses table(grid.size());
    for (std::size_t i = 0; i < table.size(); ++i)
      table[i] = {std::fabs(std::log(std::get<double>(grid.value(i, 0)) / best))};
    std::set<double> tried;
    for (const Candidate& each : played(grid, table, {Score::mean, 0.0}).state.tried)
      tried.insert(std::get<double>(grid.value(each.setting, 0)));
    return tried;
  };
  const std::set<double> coarse{0.01, 0.1, 1.0, 10.0, 100.0, 1000.0};
  std::set<double> middle = coarse;
  for (int digit = 2; digit <= 9; ++digit) {
    middle.insert(decimal(digit, -1));
    middle.insert(decimal(digit, 0));
  }
  CHECK(tried_when_best_is(1.3) == middle);
  std::set<double> top = coarse;
  for (int digit = 2; digit <= 9; ++digit) top.insert(decimal(digit, 2));
  CHECK(tried_when_best_is(5000) == top);
}

TEST_CASE("without a finite score nothing wins", "[tune]") {
  Grid grid;
  grid.axes = {decades("delta", 0, 2)};
  const Losses table(grid.size(), {infinity, infinity});
  for (const std::optional<double> floor : {std::optional<double>(0.0), std::optional<double>()}) {
    const Outcome outcome = played(grid, table, {Score::mean, floor});
    CHECK_FALSE(outcome.state.winner);
    CHECK(outcome.state.tried.size() == 3);
  }
}

TEST_CASE("losses beyond those that a search asks for change nothing", "[tune]") {
  zeroth::Random random(9);
  Grid grid;
  grid.axes = {decades("delta", -2, 3), list("beta", 3)};
  const Losses table = random_table(grid.size(), 9, random, 0);
  const Rule rule{Score::mean, 0.0};
  const Outcome played_out = played(grid, table, rule);
  const SearchState knowing = search(grid, table, rule);
  CHECK(knowing.missing.empty());
  REQUIRE(knowing.tried.size() == played_out.state.tried.size());
  for (std::size_t i = 0; i < knowing.tried.size(); ++i) {
    CHECK(knowing.tried[i].setting == played_out.state.tried[i].setting);
    CHECK(knowing.tried[i].runs == played_out.state.tried[i].runs);
  }
}

TEST_CASE("the score is the mean or the median", "[tune]") {
  CHECK(score_of(Score::mean, {1, 2, 9}) == 4);
  CHECK(score_of(Score::median, {9, 1, 2}) == 2);
  CHECK(score_of(Score::median, {9, 1, 2, 4}) == 3);
  CHECK(std::isinf(score_of(Score::mean, {1, infinity})));
  CHECK(score_of(Score::median, {1, infinity, 2}) == 2);
}

TEST_CASE("instances are named as ranges", "[tune]") {
  CHECK(ranges_text({0, 1, 2, 5, 7, 8}) == "0-2, 5, 7-8");
}
