// Experiment files in which some values are replaced.
#include "host/complaint.hpp"
#include "spec/read_experiment.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

using namespace zeroth::host;
using zeroth::test::has;
using zeroth::test::TemporaryFolder;

namespace {

std::string rewritten(const std::string& text, const std::vector<std::string>& overrides,
                      const std::vector<Replacement>& values) {
  const TemporaryFolder folder;
  folder.write("e.toml", text);
  const Experiment experiment = read_experiment(folder / "e.toml", overrides);
  return with_values(experiment, overrides, values);
}

const std::string text = R"(# Ünïcode, before: "ä"
title = "ü" # α
seed = 3

[budget] # the end
iterations = 5

[[problem]]
use = "quadratic"

[[optimizer]]
use = "a"      # first
label = "ä\"ö" # β
delta = [1.0, 2.0,   # a list
         3.0]  # of two lines
# below

[[optimizer]]
use = 'b'
[optimizer.tune]
delta = [1.0, 2.0]
)";

}  // namespace

TEST_CASE("a rewritten experiment keeps its comments, its order and its layout", "[rewrite]") {
  CHECK(rewritten(text, {}, {}) == text);
  std::string expected = text;
  const auto replace = [&](const std::string& from, const std::string& to) {
    REQUIRE(has(expected, from));
    expected.replace(expected.find(from), from.size(), to);
  };
  replace("[1.0, 2.0,   # a list\n         3.0]", "4.0");
  replace("4.0  # of two lines\n", "4.0  # of two lines\nq = 7\n");
  replace("use = 'b'\n", "use = 'b'\ndelta = 0.3\nmode = 'x y'\n");
  CHECK(rewritten(text, {},
                  {{0, "delta", 4.0},
                   {0, "q", std::int64_t{7}},
                   {1, "delta", 0.3},
                   {1, "mode", std::string("x y")}}) == expected);
}

TEST_CASE("a rewritten experiment has the overrides in their places, the last one of each",
          "[rewrite]") {
  const std::string result =
      rewritten(text,
                {"seed=4", "trials=2", "budget.iterations=6", "budget.queries=70", "tune.trials=3",
                 "tune.instances=4", "limits.seconds=1.5", "problem.*.colour=red",
                 "optimizer.*.delta=[5, 6]", "optimizer.b.delta=8", "optimizer.b.q=9", "title=new"},
                {{1, "q", std::int64_t{10}}});
  INFO(result);
  for (const std::string part :
       {"title = 'new' # α\nseed = 4\ntrials = 2\n", "iterations = 6\nqueries = 70\n",
        "use = \"quadratic\"\ncolour = 'red'\n", "delta = [5, 6]  # of two lines\n# below",
        "use = 'b'\ndelta = 8\nq = 10\n[optimizer.tune]\n", "\n[limits]\nseconds = 1.5\n"}) {
    INFO(part);
    CHECK(has(result, part));
  }
  const TemporaryFolder folder;
  folder.write("e.toml", result);
  const Experiment experiment = read_experiment(folder / "e.toml", {});
  CHECK(experiment.seed == 4);
  CHECK(experiment.trials == 2);
  CHECK(experiment.budget.queries == 70);
  CHECK(experiment.limits.seconds == 1.5);
  CHECK(experiment.tune.trials == 3);
  REQUIRE(experiment.tune.instances);
  CHECK(experiment.tune.instances->ranges.front().second == 3);
}

TEST_CASE("tables on one line, Windows' line ends and a text without any are rewritten too",
          "[rewrite]") {
  CHECK(rewritten("budget = { iterations = 5 }\r\nproblem = [{ use = \"p\" }]\r\n"
                  "optimizer = [{ use = \"ä\", q = 1 }, { use = \"b\" }]",
                  {"budget.queries=7"}, {{0, "q", std::int64_t{2}}, {1, "delta", 1e-5}}) ==
        "budget = { iterations = 5, queries = 7 }\r\nproblem = [{ use = \"p\" }]\r\n"
        "optimizer = [{ use = \"ä\", q = 2 }, { use = \"b\", delta = 1e-05 }]");
  CHECK(rewritten("[budget]\niterations = 1\n[[problem]]\nuse = \"p\"\n[[optimizer]]\nuse = \"b\"",
                  {"seed=2", "tune.trials=2"}, {{0, "delta", 2.0}}) ==
        "seed = 2\n[budget]\niterations = 1\n[[problem]]\nuse = \"p\"\n[[optimizer]]\nuse = \"b\"\n"
        "delta = 2.0\n\n[tune]\ntrials = 2\n");
}

TEST_CASE("empty tables and tables of dotted keys are rewritten as what they are", "[rewrite]") {
  const std::string plugins = "\n[[problem]]\nuse = \"p\"\n[[optimizer]]\nuse = \"o\"\n";
  CHECK(rewritten("budget = {}\ntune = { }" + plugins,
                  {"budget.queries=7", "budget.seconds=1.5", "tune.trials=2"},
                  {}) == "budget = {queries = 7, seconds = 1.5}\ntune = {trials = 2 }" + plugins);
  CHECK(rewritten("budget.iterations = 100 # a\nseed = 2" + plugins,
                  {"budget.queries=5000", "trials=3", "tune.trials=2"}, {}) ==
        "budget.iterations = 100 # a\nbudget.queries = 5000\nseed = 2\ntrials = 3" + plugins +
            "\n[tune]\ntrials = 2\n");
  // Both tables are missing, and both have the key.
  CHECK(rewritten(plugins, {"budget.seconds=2.0", "limits.seconds=9.0"}, {}) ==
        plugins + "\n[budget]\nseconds = 2.0\n\n[limits]\nseconds = 9.0\n");
}

TEST_CASE("a byte order mark is left out", "[rewrite]") {
  const std::string mark = "\xEF\xBB\xBF", budget = "budget = { iterations = 5 }",
                    plugins = "\n[[problem]]\nuse = \"p\"\n[[optimizer]]\nuse = \"o\"\n";
  CHECK(rewritten(mark + budget + plugins, {"budget.iterations=6", "seed=2"}, {}) ==
        "budget = { iterations = 6 }\nseed = 2" + plugins);
  CHECK(rewritten(mark + budget + plugins, {}, {}) == budget + plugins);
  CHECK(rewritten(mark + "[budget]\niterations = 5" + plugins, {"seed=2"}, {}) ==
        "seed = 2\n[budget]\niterations = 5" + plugins);
}

TEST_CASE("what would take the place of a table with lines of its own is refused", "[rewrite]") {
  const std::string refusal =
      zeroth::test::complaint_of([] { rewritten(text, {"optimizer.b.tune=false"}, {}); });
  INFO(refusal);
  CHECK(has(refusal, "e.toml:20: tune: cannot be rewritten as tune = false"));
  CHECK(has(refusal, "write that into the file"));
}

TEST_CASE("what a scale sets is in its place too", "[rewrite]") {
  const std::string scales = "[scale.smoke]\nbudget.iterations = 2\noptimizer.a.q = 3\n";
  const std::string result = rewritten(text + scales, {"scale=smoke", "budget.iterations=4"}, {});
  INFO(result);
  CHECK(has(result, "[budget] # the end\niterations = 4\n"));
  CHECK(has(result, "# of two lines\nq = 3\n"));
  CHECK(has(result, scales));
}

TEST_CASE("what an experiment says of tuning is read and checked", "[rewrite]") {
  const TemporaryFolder folder;
  const auto complaint = [&](const std::string& optimizer, const std::string& more = "") {
    folder.write(
        "e.toml",
        "[budget]\niterations = 5\n[[problem]]\nuse = \"p\"\n[[optimizer]]\nuse = \"o\"\n" +
            optimizer + "\n" + more);
    return zeroth::test::complaint_of([&] { read_experiment(folder / "e.toml", {}); });
  };
  CHECK(complaint("tune = false") == "no complaint");
  CHECK(complaint("tune = { delta = { decades = [1e-3, 10] } }") == "no complaint");
  CHECK(has(complaint("tune = 3"), "e.toml:7: tune: must be false, or a table"));
  CHECK(has(complaint("tune = { delta = 3.0 }"), "e.toml:7: tune.delta: is no list"));
  CHECK(has(complaint("tune = { delta = [] }"), "empty list"));
  CHECK(has(complaint("tune = { delta = { decades = [1.0, 30.0] } }"), "30 is no power of ten"));
  CHECK(has(complaint("tune = { delta = { decades = [0.0, 10.0] } }"), "0 is no power of ten"));
  CHECK(has(complaint("tune = { delta = { decades = [-1.0, 10.0] } }"), "-1 is no power of ten"));
  CHECK(has(complaint("tune = { delta = { decades = [10.0, 1.0] } }"), "is above the last"));
  CHECK(has(complaint("tune = { delta = { decades = 10.0 } }"), "the first and the last"));
  CHECK(has(complaint("tune = { delta = { decade = [1, 10] } }"), "unknown key 'decade'"));
  CHECK(has(complaint("", "[tune]\nscore = \"mode\""), "must be \"mean\" or \"median\""));
  CHECK(has(complaint("", "[tune]\nat = [6]"), "at most 5"));
  CHECK(has(complaint("", "[tune]\ninstance = 3"), "did you mean 'instances'?"));
  CHECK(has(complaint("", "[tune]\nfloor = \"low\""), "must be a number"));
}
