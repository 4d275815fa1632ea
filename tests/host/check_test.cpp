// `zeroth check` over the zoo of misbehaviour, over our own plugins, and as a user types it.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "check/report.hpp"
#include "check/suite.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/work_folder.hpp"
#include "support/zo_lstm_weights.hpp"

using namespace zeroth::test;
using Json = nlohmann::json;

namespace {

const std::string ours = ZEROTH_BINARY_DIR "/lib/zeroth/plugins/";

ProcessResult check(std::vector<std::string> arguments,
                    const std::vector<std::string>& more_environment = {},
                    std::chrono::milliseconds kill_after = {}, int signal = SIGKILL,
                    const std::function<bool()>& once = nullptr) {
  static const TemporaryFolder folder;
  arguments.insert(arguments.begin(), "check");
  std::vector<std::string> environment = sanitizer_options(plain_signals);
  environment.push_back("XDG_DATA_HOME=/nowhere");
  if (const auto data = data_folder()) environment.push_back("ZEROTH_DATA=" + data->string());
  environment.insert(environment.end(), more_environment.begin(), more_environment.end());
  return run_zeroth(arguments, folder.path(), environment, kill_after, signal, once);
}

// Name of each test that neither passed nor was skipped, and its result.
std::map<std::string, std::string> complaints(const Json& report) {
  std::map<std::string, std::string> found;
  for (const Json& test : report.at("tests")) {
    if (test.at("result") != "pass" && test.at("result") != "skip")
      found[test.at("name")] = test.at("result");
  }
  return found;
}

std::vector<std::string> skipped(const Json& report) {
  std::vector<std::string> names;
  for (const Json& test : report.at("tests"))
    if (test.at("result") == "skip") names.push_back(test.at("name"));
  return names;
}

bool has_name(const std::vector<std::string>& names, const std::string& last_part) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return name.ends_with("/" + last_part); });
}

Json report_of(std::vector<std::string> arguments, int expected_exit_code) {
  arguments.insert(arguments.end(), {"--json", "--timeout", "100"});
  const ProcessResult result = check(arguments);
  INFO(result.out << result.err);
  CHECK(result.exit_code == expected_exit_code);
  return Json::parse(result.out);
}

using Caught = std::map<std::string, std::string>;  // last parts of names, results

struct Misbehaviour {
  const char* plugin;
  Caught caught;  // by these tests, and by no others
};

// A name without the id: "optimizer/stop".
std::string without_id(const std::string& name) {
  const std::size_t first = name.find('/'), last = name.rfind('/');
  return first == last ? name : name.substr(0, first) + name.substr(last);
}

const std::vector<Misbehaviour> misbehaviours{
    {"zoo_missing_dependency", {{"library/loads", "fail"}}},
    {"zoo_undefined_symbol", {{"library/loads", "fail"}}},
    {"zoo_no_entry", {{"library/loads", "fail"}}},
    {"zoo_not_a_library", {{"library/loads", "fail"}}},
    {"zoo_wrong_major", {{"library/negotiation", "fail"}}},
    {"zoo_throws", {{"optimizer/solves", "fail"}}},
    {"zoo_throws_int", {{"optimizer/creates", "fail"}}},
    {"check/exports_more", {{"library/exports", "fail"}}},
    {"check/links_tbb", {{"library/dependencies", "fail"}}},
    {"check/scan_file", {{"library/scan", "fail"}}},
    {"check/scan_thread", {{"library/scan", "fail"}}},
    {"check/scan_prints", {{"library/scan", "fail"}}},
    {"check/scan_locale", {{"library/scan", "fail"}}},
    {"check/scan_slow", {{"library/scan", "fail"}}},
    {"check/any_major", {{"library/negotiation", "fail"}}},
    {"check/writes_beyond", {{"library/negotiation", "fail"}}},
    {"check/moody", {{"library/negotiation", "fail"}}},
    {"check/same_id", {{"library/ids", "fail"}}},
    {"check/undescribed", {{"optimizer/description", "fail"}}},
    {"check/no_id", {{"optimizer/description", "fail"}}},
    {"check/endless_id", {{"optimizer/description", "fail"}}},
    {"check/rings_the_bell", {{"optimizer/description", "fail"}}},
    {"check/latin1_name", {{"problem/description", "fail"}}},
    {"check/bad_default", {{"optimizer/parameters", "fail"}}},
    {"check/refuses_its_range",
     {{"optimizer/parameter-bounds", "fail"}, {"optimizer/parameter-fuzz", "fail"}}},
    {"check/fragile", {{"optimizer/parameter-fuzz", "crash"}}},
    {"check/long_message", {{"optimizer/parameter-fuzz", "fail"}}},
    {"check/gives_up", {{"optimizer/solves", "fail"}}},
    {"check/never_iterates", {{"optimizer/solves", "warn"}}},
    {"check/segfaults", {{"optimizer/solves", "crash"}}},
    {"check/exits", {{"optimizer/solves", "crash"}}},
    {"check/asks_from_threads", {{"optimizer/solves", "fail"}}},
    {"check/small_dimension", {{"optimizer/dimensions", "fail"}}},
    {"check/logs", {{"optimizer/dimensions", "fail"}}},
    {"check/plans_ahead", {{"optimizer/budgets", "fail"}}},
    {"check/persistent", {{"optimizer/stop", "fail"}}},
    {"check/asks_for_nothing", {{"optimizer/solves", "fail"}}},
    {"check/trusts_values",
     {{"optimizer/failed-points", "fail"}, {"optimizer/not-finite", "warn"}}},
    {"check/overflows", {{"optimizer/not-finite", "warn"}}},
    {"check/leaves_bounds", {{"optimizer/bounds", "fail"}}},
    {"check/needs_bounds", {{"optimizer/unbounded", "crash"}}},
    {"check/unrepeatable", {{"optimizer/repeats", "fail"}}},
    {"check/seedless", {{"optimizer/seed", "warn"}}},
    {"check/last_made_wins", {{"optimizer/independent", "fail"}}},
    {"check/shares_state", {{"optimizer/parallel", "fail"}}},
    {"check/locks", {{"optimizer/parallel", "fail"}}},
    {"check/forgets", {{"optimizer/trains", "fail"}}},
    {"check/leaks_exceptions", {{"optimizer/refusals", "fail"}}},
    {"check/any_extension", {{"optimizer/extensions", "fail"}}},
    {"check/chatty", {{"optimizer/silent", "fail"}}},
    {"check/moves_about", {{"optimizer/environment", "fail"}}},
    {"check/grabs_signals", {{"optimizer/environment", "fail"}}},
    {"check/starts_process", {{"optimizer/environment", "fail"}}},
    {"check/leaves_files", {{"optimizer/environment", "fail"}}},
    {"check/litters", {{"optimizer/environment", "fail"}}},
    {"check/own_pool", {{"optimizer/environment", "warn"}}},
#ifndef __SANITIZE_ADDRESS__  // whose malloc does not count
    {"check/leaks_memory", {{"optimizer/memory", "fail"}}},
#endif
    {"check/does_not_open", {{"problem/opens", "fail"}}},
    {"check/opens_beyond", {{"problem/open-sizes", "fail"}}},
    {"check/starts_outside", {{"problem/initial-points", "fail"}}},
    {"check/restless_start", {{"problem/initial-points", "fail"}}},
    {"check/sudden_nan", {{"problem/values", "fail"}}},
    {"check/batch_mean", {{"problem/batches", "fail"}}},
    {"check/drifts", {{"problem/pure", "fail"}}},
    {"check/scratch", {{"problem/pure", "fail"}}},
    {"check/quick_scratch", {{"problem/pure", "fail"}}},
    {"check/secretly_stochastic", {{"problem/minibatches", "fail"}}},
    {"check/wrong_gradient", {{"problem/gradient", "fail"}}},
    {"check/wrong_optimum", {{"problem/optimum", "fail"}}},
    {"check/beaten_optimum", {{"problem/optimum", "fail"}}},
    {"check/nameless_metric", {{"problem/metrics", "fail"}}},
    {"check/unfinished_picture", {{"problem/pictures", "fail"}}},
};

}  // namespace

TEST_CASE("each misbehaving plugin is caught by the test that should, and by no other", "[check]") {
  for (const Misbehaviour& each : misbehaviours) {
    DYNAMIC_SECTION(each.plugin) {
      const bool bad = std::any_of(each.caught.begin(), each.caught.end(),
                                   [](const auto& c) { return c.second != "warn"; });
      const Json report = report_of({zoo + "/" + each.plugin + ".so"}, bad ? 1 : 0);
      Caught caught;
      for (const auto& [name, result] : complaints(report)) caught[without_id(name)] = result;
      CHECK(caught == each.caught);
    }
  }
}

TEST_CASE("a plugin in plain C that keeps its contract passes", "[check]") {
  const Json report = report_of({zoo + "/check/honest.so"}, 0);
  CHECK(complaints(report).empty());
  CHECK(report.at("counts").at("skip") == 2);  // no parameters to fuzz, nothing to train
  CHECK(report.at("counts").at("pass") > 20);
}

TEST_CASE("a problem that starts at its bounds and has no values beyond passes", "[check]") {
  const Json report = report_of({zoo + "/check/at_a_bound.so"}, 0);
  CHECK(complaints(report).empty());
  CHECK_FALSE(has_name(skipped(report), "gradient"));
}

TEST_CASE("a plugin that needs a process for each run is not asked for two at once", "[check]") {
  const Json report = report_of({zoo + "/check/own_process.so"}, 0);
  CHECK(complaints(report).empty());
  CHECK(has_name(skipped(report), "parallel"));
  CHECK(has_name(skipped(report), "independent"));
  CHECK_FALSE(has_name(skipped(report), "pure"));
}

TEST_CASE("our optimizers pass without a warning", "[check]") {
  const std::string name = GENERATE("zo_sgd", "zo_signsgd", "zo_adam", "guided_es", "random_search",
                                    "zo_lstm", "cma_es", "nlopt", "pagmo");
  CAPTURE(name);
  const std::string file = ours + name + ".so";
  if (!std::filesystem::exists(file)) {  // NLopt and pagmo need not be installed
    WARN("skipped: " << name << " was not built");
    return;
  }
  const TemporaryFolder folder;
  std::vector<std::string> arguments{file};
  if (name == "zo_lstm")
    arguments.insert(arguments.end(), {"--set", "weights=" + descending_weights(folder).string()});
  const Json report = report_of(arguments, 0);
  CHECK(complaints(report).empty());
  for (const std::string& test : skipped(report))
    CHECK((has(test, "bound") || (has(test, "/trains") && name != "zo_lstm")));
}

TEST_CASE("our problems pass without a warning", "[check]") {
  const Json report = report_of({ours + "binary_classification.so"}, 0);
  CHECK(complaints(report).empty());
  CHECK(skipped(report) == std::vector<std::string>{"problem/binary-classification/optimum",
                                                    "problem/binary-classification/pictures"});
}

TEST_CASE("a problem that offers all there is passes every test", "[check]") {
  const Json report = report_of({ZEROTH_BINARY_DIR "/tests/plugins_for_tests/quadratic.so"}, 0);
  CHECK(complaints(report).empty());
  CHECK(skipped(report).empty());
}

TEST_CASE("the attack passes without a warning", "[check]") {
  ZEROTH_DATA_OR_SKIP(data);
  const Json report = report_of({ours + "adversarial_attack.so"}, 0);
  CHECK(complaints(report).empty());
  CHECK(skipped(report) == std::vector<std::string>{"problem/adversarial-attack/optimum"});
}

TEST_CASE("what cannot be created is skipped, with the plugin's reason", "[check]") {
  const ProcessResult result = check({ours + "zo_lstm.so"});
  CHECK(result.exit_code == 0);
  CHECK(has(result.out, "skip   solves"));
  CHECK(has(result.out, "weights"));
}

TEST_CASE("a crash names the signal and keeps the last lines of standard error", "[check]") {
  const Json report = report_of({zoo + "/check/segfaults.so", "--only", "solves"}, 1);
  const Json& test = report.at("tests").at(0);
  CHECK(test.at("result") == "crash");
  CHECK(has(test.at("stderr"), "about to fall over"));
  CHECK(has(test.at("reason"), "SIGSEGV"));
}

TEST_CASE("a plugin's log stands in the report of a test that did not pass", "[check]") {
  const Json report =
      report_of({zoo + "/check/logs.so", "--only", "solves", "--only", "dimensions"}, 1);
  CHECK(report.at("tests").at(0).at("stderr") == "");
  CHECK(has(report.at("tests").at(1).at("stderr"), "warning: dimension 200 is much"));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which take what they like
TEST_CASE("a plugin that takes most of the machine's memory gets none", "[check]") {
  const Json report = report_of({zoo + "/check/hoards.so"}, 1);
  CHECK(complaints(report) == Caught{{"optimizer/zoo-hoards/solves", "fail"}});
}
#endif

TEST_CASE("a reason says what the author can do", "[check]") {
  const auto reason = [](const char* plugin, const char* test) {
    return report_of({zoo + "/check/" + plugin + ".so", "--only", test}, 1)
        .at("tests")
        .at(0)
        .at("reason")
        .get<std::string>();
  };
  CHECK(has(reason("locks", "parallel"), "say ZEROTH_THREADS_LIBRARY"));
  CHECK(has(reason("asks_from_threads", "solves"), "only the thread that is in solve()"));
  CHECK(has(reason("endless_id", "description"), "its id has 2000000 bytes"));
  CHECK(has(reason("rings_the_bell", "description"), "its doc, 'Walks? at random.', has control"));
  CHECK(has(reason("litters", "environment"), "zoo.log"));
}

TEST_CASE("of a library that does not load, --only shows why", "[check]") {
  const Json report = report_of({zoo + "/zoo_undefined_symbol.so", "--only", "*/stop"}, 1);
  CHECK(complaints(report) == Caught{{"library/loads", "fail"}});
}

TEST_CASE("a test that does not end is stopped and said to be a crash", "[check]") {
  const ProcessResult result =
      check({zoo + "/check/hangs.so", "--only", "solves", "--timeout", "5"});
  CHECK(result.exit_code == 1);
  CHECK(has(result.out, "crash"));
  CHECK(has(result.out, "did not end within 5 s; --timeout"));
}

TEST_CASE("nothing is left of a test: no process, no temporary file", "[check]") {
  const TemporaryFolder temporary;
  const std::string mark = "TMPDIR=" + temporary.path().string();
  const auto leaves_nothing = [&] {
    return std::filesystem::is_empty(temporary.path()) && processes_with(mark).empty();
  };
  SECTION("of a plugin that starts a process") {
    const ProcessResult result =
        check({zoo + "/check/starts_process.so", "--only", "environment"}, {mark});
    CHECK(has(result.out, "the process "));
    CHECK(result.exit_code == 1);
    CHECK(leaves_nothing());
  }
  SECTION("of one that leaves files") {
    const ProcessResult result =
        check({zoo + "/check/leaves_files.so", "--only", "environment"}, {mark});
    CHECK(has(result.out, "the file zoo-"));
    CHECK(leaves_nothing());
  }
  SECTION("of one that does not load in time") {
    const ProcessResult result =
        check({zoo + "/check/scan_slow.so", "--only", "scan", "--timeout", "0.2"}, {mark});
    CHECK(has(result.out, "did not end within 0.2 s"));
    CHECK(leaves_nothing());
  }
  SECTION("of a check that is interrupted") {
    const ProcessResult result = check(
        {zoo + "/check/hangs.so", "--only", "solves", "--timeout", "100"}, {mark},
        std::chrono::milliseconds(500), SIGINT, [&] { return processes_with(mark).size() > 1; });
    CHECK(result.exit_code == 130);
    CHECK(has(result.err, "interrupted"));
    CHECK(result.out.empty());
    CHECK(leaves_nothing());
  }
}

TEST_CASE("bad input to check is said to be that", "[check]") {
  const std::string sgd = ours + "zo_sgd.so";
  struct Case {
    std::vector<std::string> arguments;
    const char* says;
  };
  for (const Case& each : std::vector<Case>{{{}, "the LIBRARY is missing"},
                                            {{"/nowhere/x.so"}, "there is no such file"},
                                            {{"/tmp"}, "/tmp: is a folder"},
                                            {{sgd, "--only", "*bogus*"}, "matches no test"},
                                            {{sgd, "--set", "delta"}, "not of the form key=value"},
                                            {{sgd, "--set", "detla=1"}, "names no parameter"},
                                            {{sgd, "--set", "delta=fast"}, "must be a number"},
                                            {{sgd, "--set", "delta=-1"}, "is out of range"},
                                            {{sgd, "--timeout", "0"}, "more than 0"},
                                            {{sgd, "--josn"}, "unknown option"}}) {
    const ProcessResult result = check(each.arguments);
    INFO(result.out << result.err);
    CHECK(result.exit_code == 2);
    CHECK(has(result.err, each.says));
    CHECK(result.out.empty());
  }
}

TEST_CASE("check prints groups, claims and a count, and is chosen from by --only", "[check]") {
  const ProcessResult result = check({ours + "zo_sgd.so", "--only", "library", "--only", "*/stop"});
  CHECK(result.exit_code == 0);
  CHECK(has(result.out, "library\n  pass   loads"));
  CHECK(has(result.out, "\n\noptimizer zo-sgd\n  pass   stop"));
  CHECK(has(result.out, "\n\n7 tests: 7 pass\n"));
  CHECK_FALSE(has(result.out, "\033"));
  CHECK(result.err.empty());
}

TEST_CASE("check --list names every test of a report", "[check]") {
  const std::string list = check({"--list"}).out;
  for (const char* plugin : {"zo_sgd.so", "binary_classification.so"}) {
    const Json report = report_of({ours + plugin}, 0);
    for (const Json& test : report.at("tests")) {
      std::string name = test.at("name");
      const std::size_t first = name.find('/'), last = name.rfind('/');
      if (first != last) name.replace(first + 1, last - first - 1, "ID");
      CHECK(has(list, name + " "));
    }
  }
}

TEST_CASE("what a plugin says cannot reach into the terminal", "[check]") {
  namespace check = zeroth::host::check;
  check::Result result;
  result.group = "optimizer \xC2\x9Bx";
  result.test = &check::all_tests().front();
  result.finding = {check::Verdict::fail, "one\ntwo \xFF \x1B[31m"};
  result.last_errors =
      "last \xC2\x9B"
      "2J \xC3\xA9";
  const std::string text = check::format({result}, false);
  INFO(text);
  CHECK(has(text, "optimizer ?x\n"));
  CHECK(has(text, "           one\n           two ? ?[31m\n"));
  CHECK(has(text, "           | last ?2J \xC3\xA9\n"));
}
