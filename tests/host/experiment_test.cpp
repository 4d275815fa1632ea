#include "spec/read_experiment.hpp"

#include "host/complaint.hpp"
#include "near_miss.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

using namespace zeroth::host;
using zeroth::test::complaint_of;
using zeroth::test::has;
using zeroth::test::TemporaryFolder;

namespace {

const std::string good = R"(title = "A title"
seed = 7
trials = 3
[budget]
iterations = 20
[[problem]]
use = "quadratic"
instances = "0-1,3"
dimension = 5
[[optimizer]]
use = "zo-sgd"
delta = [1, 2.5]
label = "mine"
)";

Experiment read(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const TemporaryFolder folder;
  return read_experiment(folder.write("e.toml", text), overrides);
}

std::string complaint(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return complaint_of([&] { read(text, overrides); });
}

std::string replaced(const std::string& from, const std::string& to) {
  std::string text = good;
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("an experiment is read as written", "[spec]") {
  const Experiment e = read(good);
  CHECK(e.title == "A title");
  CHECK(e.seed == 7);
  CHECK(e.trials == 3);
  CHECK(e.budget.iterations == 20u);
  CHECK_FALSE(e.budget.queries);
  REQUIRE(e.problems.size() == 1);
  CHECK(e.problems[0].id == "quadratic");
  CHECK(e.problems[0].split == Split::test);
  CHECK(e.problems[0].instances.ranges ==
        std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 1}, {3, 3}});
  REQUIRE(e.problems[0].settings.size() == 1);
  REQUIRE(e.optimizers.size() == 1);
  CHECK(e.optimizers[0].label == "mine");
  REQUIRE(e.optimizers[0].settings.size() == 1);
  CHECK(e.optimizers[0].settings[0].values == std::vector<Value>{std::int64_t{1}, 2.5});
}

TEST_CASE("an override replaces a value or adds one", "[spec]") {
  const Experiment e = read(good, {"trials=9", "budget.queries=100", "optimizer.zo-sgd.delta=4",
                                   "optimizer.mine.q=3", "problem.*.instances=2", "title=bare"});
  CHECK(e.trials == 9);
  CHECK(e.title == "bare");
  CHECK(e.budget.queries == 100u);
  CHECK(e.problems[0].instances.ranges ==
        std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 1}});
  REQUIRE(e.optimizers[0].settings.size() == 2);
  CHECK(e.optimizers[0].settings[0].values == std::vector<Value>{std::int64_t{4}});
  CHECK(e.optimizers[0].settings[1].name == "q");
}

TEST_CASE("a scale sets what its table says, and other overrides prevail", "[spec]") {
  const std::string text = good + R"([scale.smoke]
trials = 1
budget.iterations = 2
"problem.*.instances" = [4]
optimizer.mine.delta = [8, 9]
)";
  CHECK(read(text).trials == 3);
  CHECK(read(text, {"scale=full"}).trials == 3);
  const Experiment e = read(text, {"budget.iterations=6", "scale=smoke"});
  CHECK(e.trials == 1);
  CHECK(e.budget.iterations == 6u);
  CHECK(e.problems[0].instances.ranges ==
        std::vector<std::pair<std::uint64_t, std::uint64_t>>{{4, 4}});
  CHECK(e.optimizers[0].settings[0].values == std::vector<Value>{std::int64_t{8}, std::int64_t{9}});

  CHECK(has(complaint(text, {"scale=smok"}), "--set scale=smok"));
  CHECK(has(complaint(text, {"scale=smok"}), "did you mean 'smoke'?"));
  CHECK(has(complaint(good, {"scale=smoke"}), "has no [scale.smoke]"));
  CHECK(has(complaint(good + "[scale.smoke]\ntrails = 1\n", {"scale=smoke"}),
            "e.toml:15: scale.smoke.trails: sets nothing in this file"));
  CHECK(has(complaint(good + "[scale.smoke]\ntrials = 'x'\n", {"scale=smoke"}),
            "e.toml:15: scale.smoke.trials: must be a whole number"));
  CHECK(has(complaint(good + "[scale]\nsmoke = 1\n"), "e.toml:15: scale.smoke: must be a table"));
}

TEST_CASE("what is wrong in an experiment is named with file, line and key", "[spec]") {
  const std::string unknown = complaint(replaced("trials = 3", "trails = 3"));
  CHECK(has(unknown, "e.toml:3: trails: unknown key"));
  CHECK(has(unknown, "did you mean 'trials'?"));
  CHECK(has(complaint(replaced("seed = 7", "seed = \"x\"")),
            "e.toml:2: seed: must be a whole number, is string"));
  CHECK(has(complaint(replaced("trials = 3", "trials = 0")),
            "e.toml:3: trials: must be at least 1, is 0"));
  CHECK(has(complaint(replaced("iterations = 20", "iteration = 20")),
            "e.toml:5: budget.iteration: unknown key"));
  CHECK(has(complaint(replaced("iterations = 20", "")), "a run would never end"));
  CHECK(has(complaint(replaced("use = \"zo-sgd\"", "")), "'use' is missing"));
  CHECK(has(complaint(replaced("\"0-1,3\"", "\"3-1\"")), "e.toml:8: instances: '3-1'"));
  CHECK(has(complaint(replaced("\"0-1,3\"", "-1")), "must be at least 1"));
  CHECK(has(complaint(replaced("[1, 2.5]", "[]")), "an empty list sweeps over nothing"));
  CHECK(has(complaint(replaced("[1, 2.5]", "{a = 1}")), "e.toml:12: delta: must be a number"));
  CHECK(has(complaint(replaced("seed = 7", "seed = ")), "e.toml:2:"));  // a syntax error
  CHECK(has(complaint("seed = 1\n[budget]\nqueries = 1\n"), "there is no [[problem]]"));
  CHECK(has(complaint("problem = 3\n[budget]\nqueries = 1\n"), "must be a list of tables"));
}

TEST_CASE("a bad override is named as it was given", "[spec]") {
  CHECK(has(complaint(good, {"trials"}), "--set trials: is not of the form key=value"));
  CHECK(has(complaint(good, {"trials=x"}), "--set trials=x: must be a whole number"));
  CHECK(has(complaint(good, {"trails=3"}), "--set trails=3: sets nothing"));
  CHECK(has(complaint(good, {"optimizer.zo-adam.delta=3"}), "sets nothing"));
}

TEST_CASE("a missing experiment file and a folder are said to be that", "[spec]") {
  const TemporaryFolder folder;
  CHECK(
      has(complaint_of([&] { read_experiment(folder / "no.toml", {}); }), "no.toml: No such file"));
  CHECK(has(complaint_of([&] { read_experiment(folder.path(), {}); }), "is a folder"));
}

TEST_CASE("a near miss is suggested, a far one is not", "[spec]") {
  CHECK(near_miss("zo-sdg", {"zo-sgd", "zo-adam"}) == std::string("zo-sgd"));
  CHECK(near_miss("instances", {"instance"}) == std::string("instance"));
  CHECK_FALSE(near_miss("random-search", {"zo-sgd", "zo-adam"}));
  CHECK(suggestion("xyzzy", {"a", "b"}) == "there is: a, b");
}
