// What a report says of runs: curves, targets, comparisons.
#include <atomic>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <thread>

#include "host/complaint.hpp"
#include "report/comparison.hpp"
#include "report/curves.hpp"
#include "report/digest.hpp"
#include "report/page.hpp"
#include "report/page_data.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"
#include "user_error.hpp"

using namespace zeroth::host;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

const std::vector<TraceRow> trace{{0, 0, 8}, {1, 3, 4}, {2, 6, 2}};

// Runs of two optimizers on one problem; the loss of each by (instance, trial, optimizer).
struct Cell {
  std::size_t instance;
  std::uint64_t trial;
  std::size_t optimizer;
  double loss;
};
struct Made {
  Results results;
  Digest digest;
  explicit Made(const std::vector<Cell>& cells, std::size_t problems = 1) {
    results.optimizers = {{"A", "a", "{}"}, {"B", "b", "{}"}, {"C", "c", "{}"}};
    for (std::size_t p = 0; p < problems; ++p) {
      results.problems.push_back({"P" + std::to_string(p), "p", "{}", {{0, ""}, {1, ""}, {2, ""}}});
      // Problem p has losses 1000^p times as large.
      const double scale = std::pow(1000.0, static_cast<double>(p));
      digest.references.emplace_back(3, Reference{10 * scale, 0});
      for (const Cell& cell : cells) {
        ReportedRun run;
        run.problem = p;
        run.optimizer = cell.optimizer;
        run.instance = cell.instance;
        run.trial = cell.trial;
        run.loss = cell.loss * scale;
        results.runs.push_back(run);
      }
    }
    for (const ReportedRun& run : results.runs) digest.checkpoints.push_back({run.loss + 100});
  }
};

const std::vector<Cell> two_instances{{0, 0, 0, 1}, {0, 0, 1, 2}, {0, 1, 0, 3}, {0, 1, 1, 6},
                                      {1, 0, 0, 5}, {1, 0, 1, 4}, {1, 1, 0, 5}, {1, 1, 1, 4}};

}  // namespace

TEST_CASE("a curve keeps the last loss of a run that ended, and ends with one that broke",
          "[report]") {
  const std::vector<std::uint64_t> points{0, 1, 2, 3, 9};
  CHECK(losses_at(trace, false, TraceAxis::iterations, points) ==
        std::vector<double>{8, 4, 2, 2, 2});
  const std::vector<double> broken = losses_at(trace, true, TraceAxis::iterations, points);
  CHECK(broken[2] == 2);
  CHECK(std::isnan(broken[3]));
  CHECK(losses_at(trace, false, TraceAxis::queries, {0, 2, 3, 5, 6, 7}) ==
        std::vector<double>{8, 8, 4, 4, 2, 2});
  CHECK(std::isnan(losses_at({}, true, TraceAxis::iterations, {0})[0]));
  // A discarded iterate says nothing: the loss before it is the last that is known.
  CHECK(losses_at({{0, 0, 8}, {1, 3, missing}, {2, 6, 2}, {3, 9, missing}}, false,
                  TraceAxis::iterations, points) == std::vector<double>{8, 8, 2, 2, 2});
}

TEST_CASE("axis points are all integers, or evenly and geometrically spaced ones with both ends",
          "[report]") {
  CHECK(axis_points(3, 100) == std::vector<std::uint64_t>{0, 1, 2, 3});
  const std::vector<std::uint64_t> points = axis_points(1'000'000, 100);
  CHECK(points.size() > 80);
  CHECK(points.size() <= 101);
  CHECK(points.front() == 0);
  CHECK(points[1] == 1);
  CHECK(points.back() == 1'000'000);
}

TEST_CASE("in a curve, a run without a loss is the worst and ends the mean", "[report]") {
  const Curve curve = curve_of({{1, 1}, {2, 2}, {6, missing}}, 2);
  CHECK(curve.median == std::vector<double>{2, 2});
  CHECK(curve.mean[0] == 3);
  CHECK(curve.deviation[0] == Approx(std::sqrt(7.0)));
  CHECK_FALSE(std::isfinite(curve.mean[1]));
  CHECK_FALSE(std::isfinite(curve.upper[1]));
  CHECK(curve.lower[1] == 1.5);
}

TEST_CASE("a box has whiskers within 1.5 interquartile ranges and counts what has no loss",
          "[report]") {
  const Box box = box_of({1, 2, 3, 4, 5, 100, missing, infinity});
  CHECK(box.finite == 6);
  CHECK(box.without_loss == 2);
  CHECK(box.median == 3.5);
  CHECK(box.lower_whisker == 1);
  CHECK(box.upper_whisker == 5);
  CHECK(box.outliers == std::vector<double>{100});
  std::vector<double> many(1000, 1.0);
  for (int i = 0; i < 100; ++i) many.push_back(2 + i);
  CHECK(box_of(many).outliers.size() == most_outliers);
  CHECK(box_of(many).outliers_left_out == 100 - most_outliers);
  CHECK(box_of(many).outliers.back() == 101);
  CHECK(box_of({missing}).finite == 0);
}

TEST_CASE("a cumulative share counts events that never come in its total alone", "[report]") {
  const Steps steps = cumulative_share({5, 2, infinity, 2}, 4);
  CHECK(steps.x == std::vector<double>{2, 5});
  CHECK(steps.y == std::vector<double>{0.5, 0.75});
  std::vector<double> many;
  for (int i = 1; i <= 5000; ++i) many.push_back(i);
  const Steps thinned = cumulative_share(many, 5000);
  CHECK(thinned.x.size() <= 201);
  CHECK(thinned.x.back() == 5000);
  for (std::size_t i = 0; i < thinned.x.size(); ++i) CHECK(thinned.y[i] == thinned.x[i] / 5000);
  CHECK(cumulative_share({infinity}, 1).x.empty());
}

TEST_CASE("the units of a comparison are instances with their trials averaged", "[report]") {
  const Made made(two_instances);
  const Blocks blocks = blocks_of(made.results, made.digest, {"P", {0}}, std::nullopt);
  CHECK_FALSE(blocks.trials);
  CHECK(blocks.losses == std::vector<std::vector<double>>{{2, 4}, {5, 4}});
  const Blocks at = blocks_of(made.results, made.digest, {"P", {0}}, 0);
  CHECK(at.losses == std::vector<std::vector<double>>{{102, 104}, {105, 104}});
}

TEST_CASE("with a single instance the units are its trials", "[report]") {
  const Made made(std::vector<Cell>(two_instances.begin(), two_instances.begin() + 4));
  const Blocks blocks = blocks_of(made.results, made.digest, {"P", {0}}, std::nullopt);
  CHECK(blocks.trials);
  CHECK(blocks.losses == std::vector<std::vector<double>>{{1, 2}, {3, 6}});
}

TEST_CASE("trials that not all optimizers have are left out and counted, broken ones are the worst",
          "[report]") {
  std::vector<Cell> cells = two_instances;
  cells.pop_back();
  cells.front().loss = missing;
  const Made made(cells);
  const Blocks blocks = blocks_of(made.results, made.digest, {"P", {0}}, std::nullopt);
  CHECK(blocks.incomplete == 1);
  CHECK(blocks.losses == std::vector<std::vector<double>>{{infinity, 4}, {5, 4}});
}

TEST_CASE("trials of what draws nothing are one, and no evidence", "[report]") {
  std::vector<Cell> cells;
  for (std::uint64_t trial = 0; trial < 10; ++trial) {
    for (std::size_t optimizer = 0; optimizer < 3; ++optimizer)
      cells.push_back({0, trial, optimizer, 1.0 + static_cast<double>(optimizer)});
  }
  const Made same(cells);
  const Blocks one = blocks_of(same.results, same.digest, {"P", {0}}, std::nullopt);
  CHECK(one.losses == std::vector<std::vector<double>>{{1, 2, 3}});
  CHECK(one.repeated == 9);
  CHECK_FALSE(compare(one));

  // With one that draws, the two others are still the same ten times over.
  for (Cell& cell : cells) cell.loss += cell.optimizer == 2 ? static_cast<double>(cell.trial) : 0;
  const Made mixed(cells);
  const Blocks ten = blocks_of(mixed.results, mixed.digest, {"P", {0}}, std::nullopt);
  CHECK((ten.losses.size() == 10 && ten.repeated == 0));
  const std::optional<Comparison> comparison = compare(ten);
  REQUIRE(comparison);
  REQUIRE(comparison->pairs.size() == 3);
  CHECK((comparison->pairs[0].test.used == 1 && comparison->pairs[0].test.p == 1));
  CHECK((comparison->pairs[1].test.used == 10 && comparison->pairs[1].test.p < 0.01));
}

TEST_CASE("what only rounding tells apart is a tie, and no progress", "[report]") {
  std::vector<Cell> cells = two_instances;
  for (Cell& cell : cells) cell.loss = 11.408425283173688 + (cell.optimizer == 0 ? 2e-14 : 0);
  const Made made(cells);
  const Blocks blocks = blocks_of(made.results, made.digest, {"P", {0}}, std::nullopt);
  const std::optional<Comparison> comparison = compare(blocks);
  REQUIRE(comparison);
  CHECK((comparison->pairs[0].ties == 2 && comparison->pairs[0].test.p == 1));
  CHECK_FALSE(Reference{11.408425283173703, 11.408425283173688}.has_targets());
  CHECK(Reference{11.408425283173703, 11.4084}.has_targets());
  CHECK_FALSE(Reference{0, 0}.has_targets());
}

TEST_CASE("over several problems, losses are shares of the gap", "[report]") {
  const Made made(two_instances, 2);
  const Blocks blocks = blocks_of(made.results, made.digest, {"all", {0, 1}}, std::nullopt);
  REQUIRE(blocks.losses.size() == 4);
  CHECK(blocks.losses[0][1] == Approx(0.4));
  CHECK(blocks.losses[2][1] == Approx(0.4));
  CHECK(scopes_of(made.results).size() == 3);
}

TEST_CASE("over several problems, an instance that no run improved on is left out and counted",
          "[report]") {
  Made made(two_instances, 2);
  made.digest.references[1][0] = Reference{7, 7};
  const Blocks blocks = blocks_of(made.results, made.digest, {"all", {0, 1}}, std::nullopt);
  CHECK(blocks.losses.size() == 3);
  CHECK(blocks.without_gap == 1);
  CHECK(blocks_of(made.results, made.digest, {"P1", {1}}, std::nullopt).losses.size() == 2);
}

TEST_CASE("a comparison ranks, groups what is close, and pairs the better ranked first",
          "[report]") {
  Blocks blocks;
  blocks.optimizers = {0, 1, 2};
  for (int i = 0; i < 12; ++i)
    blocks.losses.push_back({9.0 + i, 1.0 + i, 1.0 + i + (i % 2 == 0 ? 0.5 : -0.25)});
  const std::optional<Comparison> comparison = compare(blocks);
  REQUIRE(comparison);
  CHECK(comparison->order == std::vector<std::size_t>{1, 2, 0});
  CHECK(comparison->groups == std::vector<std::pair<std::size_t, std::size_t>>{{0, 1}});
  REQUIRE(comparison->pairs.size() == 3);
  const PairedComparison& clear = comparison->pairs[1];
  CHECK(clear.first == 1);
  CHECK(clear.second == 0);
  CHECK(clear.wins == 12);
  CHECK(clear.median_difference == -8);
  // Of the 12 x 12 pairs of 1..12 and 9..20, 6 are the other way and 4 are ties.
  CHECK(clear.vargha_delaney == Approx(136.0 / 144));
  CHECK(clear.p_holm >= clear.test.p);
  CHECK(clear.p_holm < 0.05);
  CHECK(comparison->pairs[0].p_holm > 0.05);
  blocks.losses.resize(1);
  CHECK_FALSE(compare(blocks));
}

namespace {

// Of one problem, numbered in the order of their making.
StoredRun run_of(const std::string& optimizer, std::uint64_t instance, std::vector<TraceRow> losses,
                 Outcome outcome = Outcome::budget) {
  static std::uint64_t count = 0;
  StoredRun run;
  run.position = count++;
  run.key = std::to_string(run.position);
  run.problem = run.problem_label = "p";
  run.problem_parameters = run.optimizer_parameters = "{}";
  run.split = "test";
  run.instance = instance;
  run.optimizer = run.optimizer_label = optimizer;
  run.result.outcome = outcome;
  run.result.iterations = losses.back().iteration;
  run.result.queries = losses.back().queries;
  run.result.initial_loss = run.result.best_loss = losses.front().loss;
  for (const TraceRow& row : losses) {
    if (row.loss < run.result.best_loss) run.result.best_loss = row.loss;
  }
  run.result.final_loss = missing;
  for (const TraceRow& row : losses) {
    if (!std::isnan(row.loss)) run.result.final_loss = row.loss;
  }
  run.result.trace = std::move(losses);
  return run;
}

}  // namespace

TEST_CASE("targets, profiles and ranks of runs that are broken, discarded or not there",
          "[report]") {
  const zeroth::test::TemporaryFolder folder;
  Store store = Store::open_to_write(folder / "r.zeroth");
  store.append({run_of("a", 0, {{0, 0, 8}, {1, 10, 0.8}, {2, 20, 0}}),
                run_of("b", 0, {{0, 0, 8}, {1, 20, 4}, {2, 40, 0.8}}),
                run_of("a", 1, {{0, 0, 8}, {1, 10, 0}}),
                run_of("a", 2, {{0, 0, 8}, {1, 10, -infinity}}, Outcome::non_finite),
                run_of("b", 2, {{0, 0, 8}, {1, 30, 4}}),
                run_of("a", 3, {{0, 0, 8}, {1, 10, 2}, {2, 20, missing}}),
                run_of("b", 3, {{0, 0, 8}, {1, 10, 4}}),
                run_of("a", 4, {{0, 0, missing}, {1, 5, missing}})});
  const auto page = page_data(store, {});

  // Gap 0.1 is at 0.8 on instances 0 and 1, at 4.4 on 2 and at 2.6 on 3; 0.01 a tenth of that.
  const auto& scope = page["scopes"][0];
  CHECK(scope["runs_with_targets"] == 7);
  CHECK(scope["single_targets"][0].dump() ==
        R"([{"optimizer":0,"x":[10.0],"y":[0.75]},{"optimizer":1,"x":[30.0,40.0],)"
        R"("y":[0.333333,0.666667]}])");
  const auto& profile = scope["profiles"][0];
  CHECK(profile["incomplete"] == 1);  // instance 1, which b has no run of
  CHECK(profile["lines"].dump() ==
        R"([{"optimizer":0,"x":[1.0],"y":[0.666667]},{"optimizer":1,"x":[1.0,4.0],)"
        R"("y":[0.333333,0.666667]}])");
  CHECK(scope["profiles"][1]["lines"][1]["y"].dump() == "[0.333333]");

  // a is first on instance 0 and on 3, by its last loss that is known; last on 2.  The others are
  // nobody's.
  const auto& lines = page["problems"][0]["summary"];
  CHECK(lines[0]["optimizer"] == "a");
  CHECK(lines[0]["rank"] == Approx(4.0 / 3));
  CHECK(lines[1]["rank"] == Approx(5.0 / 3));
  CHECK(lines[0]["non_finite"] == 1);
  CHECK(lines[0]["discarded"] == 1);
  REQUIRE(page["broken"].size() == 2);
  CHECK(page["broken"][0]["message"] == "the problem discarded all its iterates");

  const auto at_2 = page_data(store, {2})["scopes"][0]["comparisons"][0];
  CHECK(at_2["at"] == 2);
  CHECK(at_2["ended"] == 5);
  CHECK(zeroth::test::complaint_of([&] {
          page_data(store, {1, 3});
        }) == "--at: no run has an iteration 3\nthe longest has 2");
}

TEST_CASE("curves of an instance are of its runs alone, along iterations and along queries",
          "[report]") {
  const zeroth::test::TemporaryFolder folder;
  Store store = Store::open_to_write(folder / "r.zeroth");
  store.append({run_of("a", 0, {{0, 0, 8}, {1, 10, 4}, {2, 30, 2}}),
                run_of("a", 1, {{0, 0, 80}, {1, 10, 40}, {2, 30, 20}})});
  const auto page = page_data(store, {});
  const auto loss_at = [](const auto& curves, const char* axis, int x) {
    const auto& points = curves[axis]["x"];
    for (std::size_t i = 0; i < points.size(); ++i)
      if (points[i] == x) return curves[axis]["series"][0]["median"][i].template get<double>();
    return missing;
  };
  const auto& problem = page["problems"][0];
  CHECK(loss_at(problem["curves"], "iterations", 1) == 22);
  CHECK(loss_at(problem["curves"], "queries", 1) == 44);
  CHECK(loss_at(problem["curves"], "queries", 10) == 22);
  CHECK(loss_at(problem["panels"][0]["curves"], "queries", 30) == 2);
  CHECK(loss_at(problem["panels"][1]["curves"], "queries", 30) == 20);
}

TEST_CASE("cosines are averaged over all iterations, the first 50, and those until success",
          "[report]") {
  const zeroth::test::TemporaryFolder folder;
  Store store = Store::open_to_write(folder / "r.zeroth");
  StoredRun run = run_of("a", 0, {{0, 0, 8}, {60, 60, 4}});
  run.result.series = {{"cosine", "estimate", std::nullopt, {{1, 0.1}, {2, 0.3}, {60, 0.9}}}};
  run.result.metrics = {{"first_success_iteration", 1}};
  run.analyses = "cosine";
  store.append({run});
  const auto page = page_data(store, {});
  const auto& windows = page["analyses"]["cosines"][0]["means"][0]["windows"];
  REQUIRE(windows.size() == 3);
  CHECK(windows[0]["mean"] == Approx(1.3 / 3).epsilon(1e-5));
  CHECK(windows[1]["mean"] == Approx(0.2));
  CHECK(windows[2]["mean"] == Approx(0.1));
}

TEST_CASE("a page is of one moment, whatever is written meanwhile", "[report]") {
  const zeroth::test::TemporaryFolder folder;
  std::vector<StoredRun> runs(2);
  std::vector<Place> one_way(2), other_way(2);
  for (std::size_t i = 0; i < 2; ++i) {
    StoredRun& run = runs[i];
    run.key = run.problem = run.problem_label = i == 0 ? "first" : "second";
    run.position = i;
    run.split = "test";
    run.optimizer = run.optimizer_label = "a";
    run.optimizer_parameters = run.problem_parameters = "{}";
    run.result.final_loss = static_cast<double>(i);
    run.result.trace = trace;
    one_way[i] = {run.key, i, run.problem_label, "a"};
    other_way[i] = {run.key, 1 - i, run.problem_label, "a"};
  }
  Store writer = Store::open_to_write(folder / "r.zeroth");
  writer.append(runs);
  const Store reader = Store::open_to_read(folder / "r.zeroth");
  std::atomic<bool> over{false};
  std::thread writing([&] {
    for (int i = 0; !over; ++i) writer.rearrange(i % 2 == 0 ? other_way : one_way);
  });
  int wrong = 0;
  for (int i = 0; i < 300; ++i) {
    const nlohmann::ordered_json page = page_data(reader, {});
    for (const auto& problem : page["problems"]) {
      const double loss = problem["name"] == "first (test)" ? 0 : 1;
      if (problem["summary"][0]["median"] != loss) ++wrong;
    }
  }
  over = true;
  writing.join();
  CHECK(wrong == 0);
}

TEST_CASE("nothing in data, scripts or style ends its element", "[report]") {
  const zeroth::test::TemporaryFolder folder;
  const auto page = folder.write("page.html",
                                 "<link rel=\"stylesheet\" href=\"s.css\">"
                                 "<script type=\"application/json\" id=\"data\"></script>"
                                 "<script src=\"a.js\"></script>");
  folder.write("s.css", "p {}\n");
  folder.write("a.js", "'</script>' + '<!--';\n");
  CHECK(inline_page(page, "[\"</script><!--\"]") ==
        "<style>\np {}\n</style>"
        "<script type=\"application/json\" id=\"data\">[\"\\u003c/script>\\u003c!--\"]</script>"
        "<script>\n'<\\/script>' + '<\\!--';\n</script>");
  std::filesystem::remove(folder / "a.js");
  CHECK_THROWS_AS(inline_page(page, "[]"), UserError);
}
