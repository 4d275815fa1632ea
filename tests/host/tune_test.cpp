// `zeroth tune`, as a user runs it, on the test problem.
#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <iomanip>
#include <limits>
#include <map>
#include <numeric>
#include <sstream>

#include "support/catch.hpp"
#include "support/sql.hpp"
#include "support/work_folder.hpp"
#include "support/zo_lstm_weights.hpp"
#include "tune/searches.hpp"

using namespace zeroth::test;
using namespace std::chrono_literals;

namespace {

const std::string small = R"(# Kept.
title = "Small"
[budget]
iterations = 20
[[problem]]
use = "quadratic"
random_start = true
[[optimizer]]
use = "zo-sgd"  # kept too
[[optimizer]]
use = "random-search"
[tune]
trials = 5
)";

// A second of one core or so.
std::string slow() {
  return replaced(
      replaced(small, "random_start", "dimension = 300\nminibatch_noise = 0.1\nrandom_start"),
      "iterations = 20", "iterations = 150");
}

struct Shell : WorkFolder {
  explicit Shell(const std::string& text = small) : WorkFolder("e.toml", text) {
    // ThreadSanitizer sleeps for a second before a program ends that has done its work.
    const auto options = sanitizer_options("atexit_sleep_ms=0");
    environment.insert(environment.end(), options.begin(), options.end());
  }
  // What it printed; it must succeed.
  std::string tune(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"tune", "e.toml", "-o", "t.toml"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return good(arguments).out;
  }
  std::string tuned() const { return read_all(folder / "t.toml"); }
  // The first value of that name in the tuned experiment.
  double value(const std::string& name) const {
    std::istringstream in(tuned());
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with(name + " = ")) return std::stod(line.substr(name.size() + 3));
    }
    FAIL("no " << name << " in\n" << tuned());
    return 0;
  }
  // Rows of runs.csv by the names of the columns.
  std::vector<std::map<std::string, std::string>> runs(const std::string& results) const {
    const auto lines = csv_rows(exported(results, "runs.csv"));
    std::vector<std::map<std::string, std::string>> rows(lines.size() - 1);
    for (std::size_t i = 0; i < rows.size(); ++i)
      for (std::size_t j = 0; j < lines[0].size(); ++j) rows[i][lines[0][j]] = lines[i + 1].at(j);
    return rows;
  }
};

std::string complaint(const std::string& text, std::vector<std::string> more = {}) {
  const Shell shell(text);
  std::vector<std::string> arguments{"tune", "e.toml", "-o", "t.toml"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const ProcessResult r = shell(arguments);
  INFO(r.err);
  CHECK(r.exit_code == 2);
  CHECK_FALSE(shell.exists("t.toml"));
  CHECK_FALSE(shell.exists("t.toml.tuning"));
  return r.err;
}

}  // namespace

TEST_CASE("tuning finds what a sweep on the train split finds best", "[tune]") {
  const Shell tuning,
      sweep(replaced(replaced(small, "random_start", "split = \"train\"\nrandom_start"), "title",
                     "trials = 5\ntitle"));
  tuning.tune();
  const std::string deltas =
      "[0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, "
      "9.0, 10.0, 100.0, 1000.0]";
  const ProcessResult all =
      sweep({"run", "e.toml", "--only", "*SGD*", "--set", "optimizer.zo-sgd.delta=" + deltas});
  REQUIRE(all.exit_code <= 1);  // some diverge
  std::map<std::string, double> sums;
  for (auto& row : sweep.runs("e.zeroth")) {
    sums[row["optimizer_label"]] +=
        row["outcome"] == "budget" ? std::stod(row["final_loss"]) : 1e300;
  }
  REQUIRE(sums.size() == 22);
  const auto best = std::min_element(
      sums.begin(), sums.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  INFO(best->first);
  CHECK(std::stod(best->first.substr(best->first.find('=') + 1)) == tuning.value("delta"));
  CHECK(tuning.value("delta") > 0.01);
  CHECK(tuning.value("delta") < 10);
}

TEST_CASE("the tuned experiment is the experiment with the values found, and runs as it is",
          "[tune]") {
  const Shell shell;
  const std::string out = shell.tune();
  const std::string text = shell.tuned();
  INFO(out << text);
  CHECK(has(text, "# Tuned by `zeroth tune e.toml -o t.toml`"));
  CHECK(has(text, "instances 0-1 of the train split, 5 trials each, seed 1"));
  CHECK(has(text, "use = \"zo-sgd\"  # kept too\ndelta = "));
  const std::size_t added = text.find("delta = ");
  const std::size_t line = text.find('\n', added) + 1 - added;
  CHECK(std::string(text).erase(added, line).substr(text.find("# Kept.")) == small);
  CHECK(has(out, "wrote t.toml; its runs are in t.toml.tuning"));
  CHECK(shell({"run", "t.toml"}).exit_code == 0);
  for (auto& row : shell.runs("t.zeroth")) CHECK(row["split"] == "test");
  CHECK(shell({"report", "t.toml.tuning"}).exit_code == 0);
}

TEST_CASE("a tuning uses the train split alone", "[tune]") {
  const Shell shell(replaced(small, "random_start", "test_fails = true\nrandom_start"));
  shell.tune();
  for (auto& row : shell.runs("t.toml.tuning")) CHECK(row["split"] == "train");
  CHECK(shell({"run", "t.toml"}).exit_code == 1);  // there the problem fails
  CHECK(has(complaint(replaced(small, "trials = 5", "instances = 3")), "there is no instance 2"));
}

TEST_CASE("the number of threads changes neither the tuned experiment nor the table", "[tune]") {
  const std::string text = replaced(small, "random-search", "zo-adam");
  const Shell one(text), eight(text);
  CHECK(one.tune({"-j", "1"}) == eight.tune({"-j", "8"}));
  CHECK(one.tuned() == eight.tuned());
}

TEST_CASE("without discarding the same setting wins, after more runs", "[tune]") {
  const Shell quick, whole;
  quick.tune();
  const std::string out = whole.tune({"--exhaustive"});
  CHECK(has(out, "22 settings, 220 of 220 runs"));
  CHECK_FALSE(has(out, "discarded"));
  CHECK(whole.runs("t.toml.tuning").size() == 220);
  CHECK(quick.runs("t.toml.tuning").size() < 150);
  CHECK(quick.value("delta") == whole.value("delta"));
}

TEST_CASE("a floor above a loss is noticed, and then no setting is discarded", "[tune]") {
  const Shell shell(small + "floor = 5.0\n"), whole;
  const ProcessResult r = shell({"tune", "e.toml", "-o", "t.toml"});
  INFO(r.err);
  REQUIRE(r.exit_code == 0);
  CHECK(has(r.err, "is below the floor, 5: no setting is discarded"));
  CHECK(has(r.out, "22 settings, 220 of 220 runs"));
  whole.tune({"--exhaustive"});
  CHECK(shell.value("delta") == whole.value("delta"));
}

TEST_CASE("killed at any moment and resumed, a tuning ends with the same file", "[tune]") {
  const Shell undisturbed(slow()), killed(slow());
  undisturbed.tune();
  int kills = 0;
  for (int milliseconds = 60; kills < 100; milliseconds += 80) {
    const ProcessResult r =
        killed({"tune", "e.toml", "-o", "t.toml"}, std::chrono::milliseconds(milliseconds));
    if (r.exit_code == 0) break;
    CHECK(r.exit_code == 128 + SIGKILL);
    ++kills;
    if (killed.exists("t.toml")) break;  // it was killed after its last word
  }
  CHECK(kills > 0);
  CHECK(killed.tuned() == undisturbed.tuned());
  CHECK(killed.runs("t.toml.tuning").size() == undisturbed.runs("t.toml.tuning").size());
}

TEST_CASE("an interrupted tuning says how to go on, and goes on", "[tune]") {
  const Shell shell(slow());
  const ProcessResult r = shell({"tune", "e.toml", "-o", "t.toml"}, 20ms, SIGINT,
                                [&] { return shell.exists("t.toml.tuning"); });
  CHECK(r.exit_code == 130);
  CHECK(has(r.err, "the same command goes on from here"));
  CHECK_FALSE(shell.exists("t.toml"));
  shell.tune();
}

TEST_CASE("a tuned experiment is replaced on request alone, without running anything again",
          "[tune]") {
  const Shell shell;
  const std::string out = shell.tune();
  shell.folder.write("t.toml", "precious");
  const ProcessResult r = shell({"tune", "e.toml", "-o", "t.toml"});
  CHECK(r.exit_code == 2);
  CHECK(has(r.err, "t.toml: is there already"));
  CHECK(shell.tuned() == "precious");
  const std::size_t runs = shell.runs("t.toml.tuning").size();
  CHECK(shell.tune({"--overwrite"}) == out);
  CHECK(shell.runs("t.toml.tuning").size() == runs);
  // A tuning may grow.
  shell.tune({"--overwrite", "--set", "tune.trials=6"});
  CHECK(shell.runs("t.toml.tuning").size() > runs);
  const ProcessResult other =
      shell({"tune", "e.toml", "-o", "t.toml", "--overwrite", "--set", "seed=2"});
  CHECK(other.exit_code == 2);
  CHECK(has(other.err, "that are not part of this experiment"));
}

TEST_CASE("a list is what is tried, and `tune` says what else", "[tune]") {
  const Shell listed(
      replaced(small, "use = \"zo-sgd\"", "use = \"zo-sgd\"\ndelta = [0.5, 700.0]\nq = [1, 30]"));
  CHECK(has(listed.tune(), "4 settings"));
  CHECK(listed.value("delta") == 0.5);
  CHECK(listed.value("q") == 30);

  const Shell told(small +
                   "[[optimizer]]\nuse = \"zo-adam\"\ntune = { q = { decades = [1, 100], "
                   "linear = false } }\n" +
                   "[[optimizer]]\nuse = \"zo-adam\"\nlabel = \"Fixed\"\nq = 3\ntune = false\n");
  const std::string out = told.tune({"-n"});
  INFO(out);
  CHECK(has(out, "q: 1, 10, 100\n"));
  CHECK(has(out, "delta: 0.01, 0.1, 1, 10, 100, 1000, then linearly about the best"));
  CHECK(has(out, "6 settings first, at most 22 settings in all, each with 10 runs"));
  CHECK(has(out, "at most 250 runs, on instances 0-1 of the train split, 5 trials each"));
  CHECK_FALSE(has(out, "Fixed"));
  CHECK_FALSE(told.exists("t.toml"));
  CHECK_FALSE(told.exists("t.toml.tuning"));

  const Shell adam(replaced(small, "zo-sgd", "zo-adam"));
  CHECK(has(adam.tune({"-n"}),
            "beta1: 0.9, 0.99; beta2: 0.99, 0.996, 0.999\n  36 settings first, at most 52"));
}

TEST_CASE("the score may be of other iterations, and a median", "[tune]") {
  // The delta with the least score of its runs' losses, at an iteration or in the end.
  const auto best = [](const Shell& shell, const std::string& iteration, const auto& score) {
    std::map<std::string, double> deltas;  // by run
    std::map<double, std::vector<double>> losses;
    for (auto& row : shell.runs("t.toml.tuning")) {
      const std::string& parameters = row["optimizer_parameters"];
      const double delta = std::stod(parameters.substr(parameters.find("delta\"\":") + 8));
      deltas[row["run"]] = delta;
      if (iteration.empty()) losses[delta].push_back(std::stod(row["final_loss"]));
    }
    for (const auto& row : csv_rows(read_all(shell.folder / "t.toml.tuning.csv" / "trace.csv")))
      if (row[1] == iteration) losses[deltas.at(row[0])].push_back(std::stod(row[3]));
    std::map<double, double> scores;
    for (const auto& [delta, of_runs] : losses) {
      REQUIRE(of_runs.size() == 10);
      scores[score(of_runs)] = delta;
    }
    return scores.begin()->second;
  };
  const auto mean = [](const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / 10;
  };
  const auto median = [](std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return (values[4] + values[5]) / 2;
  };
  const Shell early, late;
  const std::vector<std::string> all{"--exhaustive", "--set", "optimizer.zo-sgd.q=3", "--set"};
  const auto with = [&](const char* setting) {
    std::vector<std::string> arguments = all;
    arguments.push_back(setting);
    return arguments;
  };
  early.tune(with("tune.at=[1]"));
  late.tune(with("tune.score=median"));
  CHECK(has(early.tuned(), "the least mean loss at iteration 1 of 10 runs"));
  CHECK(has(late.tuned(), "the least median final loss of 10 runs"));
  CHECK(early.value("delta") == best(early, "1", mean));
  CHECK(early.value("delta") != best(early, "", mean));
  CHECK(late.value("delta") == best(late, "", median));
}

TEST_CASE("what failed is tried again, and is told where it fails again", "[tune]") {
  const Shell shell;
  shell.tune();
  const std::string tuned = shell.tuned();
  execute_sql(shell.folder / "t.toml.tuning", "UPDATE run SET outcome = 'crashed'");
  shell.tune({"--overwrite"});
  CHECK(shell.tuned() == tuned);
  CHECK_FALSE(has(tuned, "failed"));

  const Shell failing(replaced(small, "random_start", "random_start = true\nfails"));
  const ProcessResult r = failing({"tune", "e.toml", "-o", "t.toml"});
  INFO(r.err);
  CHECK(r.exit_code == 1);
  CHECK(has(r.err,
            "runs failed and counted as infinitely bad: another `zeroth tune` tries them again"));
}

TEST_CASE("two entries that would try the same setting are refused", "[tune]") {
  const std::string refusal = complaint(small +
                                        "[[optimizer]]\nuse = \"zo-sgd\"\nlabel = \"Other\"\ndelta "
                                        "= 3.0\ntune = { delta = [1.0, 3.5] }\n");
  INFO(refusal);
  CHECK(has(refusal, "ZO-SGD and Other would both try {"));
  CHECK(has(refusal, "\"delta\":1.0"));
}

TEST_CASE("a tuned experiment that cannot be run is written, and said to be none", "[tune]") {
  const Shell found;
  found.tune();
  std::ostringstream delta;
  delta << std::setprecision(17) << found.value("delta");
  const Shell shell(replaced(small, "use = \"zo-sgd\"", "use = \"zo-sgd\"\ndelta = 0.9") +
                    "[[optimizer]]\nuse = \"zo-sgd\"\nlabel = \"Same\"\ntune = false\ndelta = " +
                    delta.str() + (has(delta.str(), ".") ? "\n" : ".0\n"));
  const ProcessResult r = shell({"tune", "e.toml", "-o", "t.toml"});
  INFO(r.err);
  CHECK(r.exit_code == 2);
  CHECK(has(r.err, "t.toml: `zeroth run` will refuse it: "));
  CHECK(has(r.err, "stands here twice"));
  CHECK(shell.exists("t.toml"));

  const std::string analysed =
      complaint(replaced(small, "use = \"zo-sgd\"", "use = \"zo-sgd\"\ndelta = [1.0, 2.0]") +
                "[[analysis]]\nuse = \"internals\"\nonly = \"*/ZO-SGD delta=2/*\"\n");
  INFO(analysed);
  CHECK(has(analysed, "matches no run"));
}

TEST_CASE("iterations to judge by that no run has are told", "[tune]") {
  const Shell shell(replaced(small, "iterations = 20", "queries = 200"));
  const ProcessResult r = shell({"tune", "e.toml", "-o", "t.toml", "--set", "tune.at=[3, 100000]"});
  INFO(r.err);
  CHECK(r.exit_code == 0);
  CHECK(has(r.err, "no run has an iteration 100000: the last losses were taken for it"));
}

TEST_CASE("a target ends no run of a tuning", "[tune]") {
  const Shell plain, with_target;
  plain.tune();
  with_target.tune({"--set", "budget.target=1.0"});
  CHECK(with_target.value("delta") == plain.value("delta"));
  for (auto& row : with_target.runs("t.toml.tuning")) CHECK(row["outcome"] != "target");
}

TEST_CASE("of an optimizer that learns, alpha is tuned", "[tune]") {
  const Shell shell(replaced(small, "zo-sgd", "zo-lstm"));
  const TemporaryFolder folder;
  const std::string out = shell.tune(
      {"-n", "--set", "optimizer.zo-lstm.weights=" + descending_weights(folder).string()});
  INFO(out);
  CHECK(has(out, "alpha: 0.01, 0.1, 1, 10, 100, 1000"));
  CHECK_FALSE(has(out, "delta"));
}

TEST_CASE("what --set replaces for a tuning is in the tuned experiment", "[tune]") {
  const Shell shell;
  shell.tune({"--set", "optimizer.zo-sgd.q=3", "--set", "trials=2", "--set", "tune.trials=2"});
  CHECK(has(shell.tuned(), "q = 3\n"));
  CHECK(has(shell.tuned(), "trials = 2\n"));
  CHECK(shell.runs("t.toml.tuning").front()["optimizer_parameters"].find("\"\"q\"\":3") !=
        std::string::npos);
}

TEST_CASE("values for empty tables and for tables of dotted keys are in the tuned experiment too",
          "[tune]") {
  const Shell shell(
      "tune = {}\nbudget.iterations = 20\n[[problem]]\nuse = \"quadratic\"\n"
      "[[optimizer]]\nuse = \"random-search\"\n[[optimizer]]\nuse = \"zo-sgd\"\n");
  shell.tune({"--set", "tune.trials=2", "--set", "budget.queries=500"});
  CHECK(has(shell.tuned(),
            "tune = {trials = 2}\nbudget.iterations = 20\nbudget.queries = 500\n[[problem]]\n"));
  shell.good({"run", "t.toml", "-n"});
}

TEST_CASE("a tuned experiment that cannot be written is refused before any run", "[tune]") {
  const std::string refusal =
      complaint(replaced(small, "# kept too", "\n[optimizer.tune]\ndelta = [1.0]") +
                    "[[optimizer]]\nuse = \"zo-adam\"\n",
                {"--set", "optimizer.zo-sgd.tune=false"});
  INFO(refusal);
  CHECK(has(refusal, "e.toml:10: tune: cannot be rewritten as tune = false"));
}

TEST_CASE("a best value at the end of what was tried is said to be there", "[tune]") {
  const Shell shell(small +
                    "[[optimizer]]\nuse = \"zo-sgd\"\nlabel = \"Short\"\nq = 5\ntune = { delta = { "
                    "decades = [1e-4, 1e-2] } }\n[scale.quick]\ntrials = 1\n");
  const ProcessResult r = shell({"tune", "e.toml"});
  INFO(r.err);
  CHECK(r.exit_code == 0);
  CHECK(has(r.err,
            "Short: the best delta is at the end of what was tried; tune = { delta = { decades = "
            "[1e-05, 1e-01] } } in its [[optimizer]], say, and --overwrite try more"));
  CHECK_FALSE(has(r.err, "ZO-SGD: the best"));
  CHECK(shell.exists("e-tuned.toml"));
  CHECK(shell({"tune", "e.toml", "--set", "scale=quick"}).exit_code == 0);
  CHECK(shell.exists("e-quick-tuned.toml"));
}

TEST_CASE("without a setting that stays finite there is no tuned experiment", "[tune]") {
  const Shell shell(replaced(small, "random_start", "fails = true\nrandom_start"));
  const ProcessResult r = shell({"tune", "e.toml", "-o", "t.toml"});
  INFO(r.err << r.out);
  CHECK(r.exit_code == 1);
  CHECK(has(r.err, "the sky fell on the objective"));
  CHECK(has(r.err, "ZO-SGD: no setting stays finite"));
  CHECK(has(r.out, "discarded after 1 of 10 runs"));
  CHECK_FALSE(shell.exists("t.toml"));
}

TEST_CASE("mistakes in what is to be tuned are named with place and remedy", "[tune]") {
  CHECK(has(complaint(replaced(small, "# kept too", "\ntune = { detla = [1.0] }")),
            "zo-sgd has no parameter 'detla'\n  did you mean 'delta'?"));
  CHECK(has(complaint(replaced(small, "# kept too", "\ntune = { delta = [-1.0, 1.0] }")),
            "e.toml:10: tune.delta: -1 is out of range"));
  CHECK(has(complaint(replaced(small, "# kept too", "\ntune = false")),
            "no optimizer has anything to tune"));
  CHECK(has(complaint(replaced(small, "# kept too", "\nq = [1, 2]\ntune = { q = [1, 2] }")),
            "q is a list already, which is tried"));
  CHECK(has(complaint(replaced(small, "[[optimizer]]",
                               "[[problem]]\nuse = \"quadratic\"\nlabel = \"B\"\n[[optimizer]]")),
            "e.toml:9: problem.use: there is a second problem"));
  CHECK(has(complaint(small, {"--set", "tune.trails=2"}), "sets nothing in this file"));
  CHECK(has(complaint(small, {"-j", "0"}), "--threads"));
  CHECK(has(complaint(replaced(small, "random-search", "random-serch")), "did you mean"));
  CHECK(has(complaint(replaced(small, "# kept too",
                               "\ntune = { mu = { decades = [1e-300, 1e300] }, delta "
                               "= { decades = [1e-300, 1e300] } }")),
            "more than 20000 settings"));
  const Shell shell;
  CHECK(shell({"tune"}).exit_code == 2);
  CHECK(shell({"tune", "e.toml", "-o", "nowhere/t.toml"}).exit_code == 2);
  CHECK(shell({"tune", "nothing.toml"}).exit_code == 2);
}

TEST_CASE("a path beside the experiment must lead to the same file from the tuned one", "[tune]") {
  const Shell shell(replaced(small, "random_start", "file = \"data\"\nrandom_start"));
  shell.folder.write("data", "some");
  std::filesystem::create_directory(shell.folder / "elsewhere");
  const ProcessResult r = shell({"tune", "e.toml", "-o", "elsewhere/t.toml"});
  CHECK(r.exit_code == 2);
  CHECK(has(r.err, "'data' is beside the experiment, and not there"));
  shell.tune();
}

TEST_CASE("a run without an iterate to be judged by counts as failed", "[tune]") {
  using zeroth::host::loss_of, zeroth::host::mean_loss, zeroth::host::Outcome;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  zeroth::host::RunResult run;
  run.final_loss = 2;
  CHECK(std::isnan(mean_loss(run, {3})));
  CHECK(loss_of(run, {3}) == infinity);
  CHECK(loss_of(run, {}) == 2);
  run.trace = {{0, 0, 8}, {1, 3, 4}, {2, 6, 2}};
  CHECK(loss_of(run, {1, 5}) == 3);
  run.trace[2].loss = std::numeric_limits<double>::quiet_NaN();  // discarded
  CHECK(loss_of(run, {1, 5}) == 4);
  run.outcome = Outcome::non_finite;
  CHECK(loss_of(run, {1, 5}) == infinity);
}
