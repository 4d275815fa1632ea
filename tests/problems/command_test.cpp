#include "command/command.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <thread>
#include <vector>
#include <zeroth/library.hpp>

#include "command/box.hpp"
#include "command/dialogue.hpp"
#include "support/catch.hpp"
#include "support/problem_suite.hpp"
#include "support/temporary_folder.hpp"

using namespace zeroth::command;
using zeroth::Error;
using zeroth::test::Overrides;
using zeroth::test::TemporaryFolder;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// What is wrong with an answer, "" if nothing; f and reason are of the last one.
struct Reader {
  std::string operator()(Protocol protocol, const std::string& answer, std::size_t n) {
    f.assign(n, -7.0);
    reason.clear();
    return read_answer(protocol, answer, f, reason).value_or("");
  }
  std::vector<double> f;
  std::string reason;
};

// A suite over the test program, and its values.
struct Asked {
  explicit Asked(const std::string& mode, Overrides overrides = {}) {
    overrides["command"] =
        "exec " ZEROTH_OBJECTIVE_PROGRAM " " + mode + " " + folder.path().string();
    overrides.emplace("dimension", 2.0);
    suite = zeroth::test::suite_of<CommandSuite>(overrides);
    instance = suite->open(zeroth::Split::test, 0);
  }
  zeroth_status operator()(const std::vector<double>& x) {
    f.assign(x.size() / instance->dimension(), -7.0);
    return instance->evaluate(0, x, f);
  }
  std::size_t processes() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      count += entry.path().filename().string().starts_with("pid-") ? 1 : 0;
    return count;
  }
  TemporaryFolder folder;
  std::unique_ptr<CommandSuite> suite;
  std::unique_ptr<CommandProblem> instance;
  std::vector<double> f;
};

// A suite over a program of one dimension, and its instance.
struct Told {
  explicit Told(const std::string& command, Overrides overrides = {}) {
    overrides["command"] = command;
    overrides["dimension"] = 1.0;
    suite = zeroth::test::suite_of<CommandSuite>(overrides);
    instance = suite->open(zeroth::Split::test, 0);
  }
  double operator()() { return zeroth::test::value_at(*instance, std::vector<double>{1.0}); }
  std::unique_ptr<CommandSuite> suite;
  std::unique_ptr<CommandProblem> instance;
};

// What is logged while it lives, by one thread at a time.
class Heard {
 public:
  Heard() {
    lines().clear();
    zeroth::detail::current_host = &host_;
  }
  ~Heard() { zeroth::detail::current_host = nullptr; }
  Heard(const Heard&) = delete;
  Heard& operator=(const Heard&) = delete;
  static std::vector<std::string>& lines() {
    static std::vector<std::string> said;
    return said;
  }

 private:
  static const void* service(const zeroth_host*, const char*) {
    static const zeroth_log_1 log{sizeof(zeroth_log_1), 0, [](std::int32_t, const char* line) {
                                    lines().emplace_back(line);
                                  }};
    return &log;
  }
  zeroth_host host_ = [] {
    zeroth_host host{};
    host.struct_size = sizeof host;
    host.service = service;
    return host;
  }();
};

const std::vector<double> good{-1.0, 1.0}, bad{1.0, 1.0};

}  // namespace

TEST_CASE("a question gives back the same doubles", "[command]") {
  const std::vector<double> x{0.1, -1e-300, 3.0, 1.0 / 3.0};
  CHECK(question(Protocol::plain, x, 2, false) == "0.1 -1e-300\n3 0.3333333333333333\n");
  CHECK(question(Protocol::plain, x, 2, true) == question(Protocol::plain, x, 2, false));
  CHECK(question(Protocol::json, x, 1, false) ==
        "{\"x\": [0.1, -1e-300, 3, 0.3333333333333333]}\n");
  CHECK(question(Protocol::json, x, 2, true) ==
        "{\"X\": [[0.1, -1e-300], [3, 0.3333333333333333]]}\n");
}

TEST_CASE("a plain answer is one number in each line", "[command]") {
  Reader read;
  CHECK(read(Protocol::plain, " +1.5e0 \r\n-2\n", 2).empty());
  CHECK(read.f == std::vector<double>{1.5, -2});
  CHECK(read(Protocol::plain, "7", 1).empty());
  for (const char* failed : {"nan\n", "inf\n", "-Infinity\n", "1e999\n"}) {
    CAPTURE(failed);
    CHECK(read(Protocol::plain, failed, 1).empty());
    CHECK(std::isnan(read.f[0]));
  }
  CHECK(read(Protocol::plain, "1e-999\n", 1).empty());
  CHECK(read.f[0] == 0);
  const std::string zeros(400, '0');
  CHECK(number_in("1" + zeros + "e-10") == infinity);
  CHECK(number_in("-1" + zeros + ".5") == -infinity);
  CHECK(number_in("-1e400") == -infinity);
  CHECK(number_in("1e99999999999999999999") == infinity);
  CHECK(number_in("0." + zeros + "1") == 0);
  CHECK(number_in("0." + zeros + "1e+10") == 0);
  CHECK(number_in("1e-99999999999999999999") == 0);
  for (const char* wrong : {"", "\n", "one\n", "1 2\n", "1,5\n", "0x10\n", "1;\n", "+-1\n"}) {
    CAPTURE(wrong);
    CHECK_FALSE(read(Protocol::plain, wrong, 1).empty());
  }
  CHECK(read(Protocol::plain, "1\n2\n", 1) == "more than 1 line");
  CHECK(read(Protocol::plain, "1\n", 2) == "1 line for 2 points");
}

TEST_CASE("a JSON answer is f, or F with as many values as points", "[command]") {
  Reader read;
  CHECK(read(Protocol::json, "{\"f\": 2.5, \"else\": [1]}\n", 1).empty());
  CHECK(read.f[0] == 2.5);
  CHECK(read(Protocol::json, "{\"F\": [1, null, -3e2]}", 3).empty());
  CHECK((read.f[0] == 1 && std::isnan(read.f[1]) && read.f[2] == -300));
  // As Python's json.dumps writes them.
  CHECK(read(Protocol::json, "{\"F\": [NaN, 2, -Infinity], \"s\": \"\\\"NaN\"}", 3).empty());
  CHECK((std::isnan(read.f[0]) && read.f[1] == 2 && std::isnan(read.f[2])));
  CHECK(read(Protocol::json, "{\"F\": [1e400, 2, -1e400], \"s\": \"1e400\"}", 3).empty());
  CHECK((std::isnan(read.f[0]) && read.f[1] == 2 && std::isnan(read.f[2])));
  CHECK(read(Protocol::json, "{\"f\": null, \"error\": \"torn\"}", 1).empty());
  CHECK((std::isnan(read.f[0]) && read.reason == "'torn'"));
  CHECK(read(Protocol::json, "{\"error\": \"torn\"}", 2).empty());
  CHECK(std::isnan(read.f[1]));
  CHECK(read(Protocol::json, "{\"F\": [1]}", 2) == "\"F\" must be a list of 2 values, has 1");
  CHECK(read(Protocol::json, "{\"f\": 1}", 2) == "\"f\" answers one point, asked were 2");
  for (const char* wrong :
       {"", "1", "[1]", "{", "{}", "{\"f\": \"1\"}", "{\"f\": [1]}", "{\"F\": 1}",
        "{\"F\": [true]}", "NaN", "{\"f\": Nan}", "{\"f\": 1} {\"f\": 1}", "\xff"}) {
    CAPTURE(wrong);
    CHECK_FALSE(read(Protocol::json, wrong, 1).empty());
  }
}

TEST_CASE("what a program says cannot write on the terminal", "[command]") {
  CHECK(shown("\x1b[2J a\tb \n") == "'?[2J a?b'");
  CHECK(shown(std::string(100, 'x')) == "'" + std::string(60, 'x') + "...'");
}

TEST_CASE("bounds stand for all coordinates or for each", "[command]") {
  const Box same = box_of(3, "-5,5", "");
  CHECK(same.lower == std::vector<double>(3, -5.0));
  CHECK(same.start == std::vector<double>(3, 0.0));
  const Box each = box_of(0, "0,1; -inf, 4; 2,inf; -inf,inf;", "");
  CHECK(each.dimension == 4);
  CHECK(each.lower == std::vector<double>{0, -infinity, 2, -infinity});
  CHECK(each.upper == std::vector<double>{1, 4, infinity, infinity});
  CHECK(each.start == std::vector<double>{0.5, 0, 2, 0});
  const Box none = box_of(2, "", "1.5");
  CHECK((none.lower.empty() && none.upper.empty()));
  CHECK(none.start == std::vector<double>{1.5, 1.5});
  CHECK(box_of(1, "-1e400,1e400", "").upper[0] == infinity);
  CHECK(box_of(0, "", "1, 2,3").start == std::vector<double>{1, 2, 3});
  CHECK(box_of(2, "0,1", "random").start.empty());
}

TEST_CASE("the middle and a random start of the widest box are inside", "[command]") {
  CHECK(box_of(2, "-1e308,1e308", "").start == std::vector<double>{0, 0});
  CHECK(between(-1e308, 1e308, 0.75) == 5e307);
  CHECK(between(-5, 5, 0.25) == -2.5);
  CHECK(between(0, 1, 1) == 1);
}

TEST_CASE("bounds and starts that make no sense are refused with the reason", "[command]") {
  struct Case {
    std::size_t dimension;
    const char *bounds, *start, *why;
  };
  const Case cases[] = {
      {0, "", "", "dimension: is missing"},
      {0, "-5,5", "", "dimension: is missing"},
      {0, "", "0.5", "dimension: is missing"},
      {2, "5,-5", "", "bounds: '5,-5' leaves no room"},
      {2, "5", "", "bounds: '5' is no pair"},
      {2, "1,2,3", "", "bounds: '1,2,3' is no pair"},
      {2, "nan,3", "", "is no pair"},
      {2, "inf,inf", "", "leaves no room"},
      {0, "0,1; 3,x", "", "bounds: coordinate 1: '3,x' is no pair"},
      {3, "0,1; 0,1", "", "bounds are given for 2 coordinates, but the dimension is 3"},
      {3, "", "1,2", "a start is given for 2 coordinates, but the dimension is 3"},
      {2, "", "1,inf", "start: 'inf' is not a number"},
      {2, "", "centre", "start: 'centre' is not a number"},
      {2, "0,1", "0.5,2", "start: coordinate 1 is outside"},
      {2, "0,1; 0,inf", "random", "start: \"random\" needs bounds"}};
  for (const Case& each : cases) {
    CAPTURE(each.dimension, each.bounds, each.start);
    CHECK_THROWS_WITH(box_of(each.dimension, each.bounds, each.start), ContainsSubstring(each.why));
  }
}

TEST_CASE("a random start is in the box, and a function of the seed", "[command]") {
  Asked asked("", {{"bounds", std::string("-1,1; 5,6")}, {"start", std::string("random")}});
  const auto one = zeroth::test::start_of(*asked.instance, 1);
  CHECK(one == zeroth::test::start_of(*asked.instance, 1));
  CHECK(one != zeroth::test::start_of(*asked.instance, 2));
  CHECK((one[0] >= -1 && one[0] <= 1 && one[1] >= 5 && one[1] <= 6));
}

TEST_CASE("one program answers all that one thread asks", "[command]") {
  Asked asked("good");
  CHECK(asked({-1, 1, 0, 0, 3, 9}) == ZEROTH_OK);
  CHECK(asked.f == std::vector<double>{4, 1, 4});
  CHECK(asked({0, 0}) == ZEROTH_OK);
  CHECK(asked.processes() == 1);
}

TEST_CASE("several points are asked at once in either protocol", "[command]") {
  for (const char* protocol : {"plain", "json"}) {
    Asked asked(protocol, {{"protocol", std::string(protocol)}, {"batch", 2.0}});
    CHECK(asked.instance->batch_rows() == 2);
    CHECK(asked({-1, 1, 0, 0, 3, 9}) == ZEROTH_OK);
    CHECK(asked.f == std::vector<double>{4, 1, 4});
  }
}

TEST_CASE("a point that the program gives up is discarded, or gets the penalty", "[command]") {
  Asked discarded("nan"),
      penalised("nan", {{"on_failure", std::string("penalty")}, {"penalty", 99.0}});
  CHECK(discarded({-1, 1, 1, 1}) == ZEROTH_DISCARD);
  CHECK((discarded.f[0] == 4 && std::isnan(discarded.f[1])));
  CHECK(penalised({-1, 1, 1, 1}) == ZEROTH_OK);
  CHECK(penalised.f == std::vector<double>{4, 99});
  CHECK(discarded.processes() == 1);  // it does not have to be started again
}

TEST_CASE("a program that crashes is started again and asked again", "[command]") {
  Asked asked("crashes-once");
  CHECK(asked(good) == ZEROTH_OK);
  CHECK(asked.f[0] == 4);
  CHECK(asked.processes() == 2);
}

TEST_CASE("a program that leaves after some answers is started again", "[command]") {
  Asked asked("leaves", {{"retries", 0.0}});
  for (int i = 0; i < 7; ++i) {
    CHECK(asked(good) == ZEROTH_OK);
    CHECK(asked.f[0] == 4);
  }
  CHECK(asked.processes() == 3);
}

TEST_CASE("what a bad program does costs the point alone", "[command]") {
  for (const char* mode : {"killed", "garbage", "twice", "endless", "slow"}) {
    DYNAMIC_SECTION(mode) {
      // What is late is not asked again: a busy machine must be able to start a program in time.
      const bool slow = std::string(mode) == "slow";
      Asked asked(mode, {{"timeout", slow ? 3.0 : 0.0}});
      for (int i = 0; i < (slow ? 1 : 3); ++i) {
        CHECK(asked({-1, 1, 1, 1, 0, 0}) == ZEROTH_DISCARD);
        CHECK((asked.f[0] == 4 && std::isnan(asked.f[1]) && asked.f[2] == 1));
      }
    }
  }
}

TEST_CASE("a wrong count of values costs the points of that question", "[command]") {
  Asked asked("json-few",
              {{"protocol", std::string("json")}, {"batch", 2.0}, {"max_failures", 3.0}});
  CHECK_THROWS_WITH((asked({0, 0, 0, 0}), asked({0, 0, 0, 0}), asked({0, 0, 0, 0})),
                    ContainsSubstring("\"F\" must be a list of 2 values, has 1"));
}

TEST_CASE("failures one after the other end the run, and the program is asked no more",
          "[command]") {
  const Heard heard;
  Asked never("killed", {{"retries", 0.0}, {"max_failures", 4.0}});
  for (int i = 0; i < 3; ++i) CHECK(never(bad) == ZEROTH_DISCARD);
  CHECK_THAT(Heard::lines().back(), ContainsSubstring("the program has never answered") &&
                                        ContainsSubstring("; try: echo '0 0' | exec "));
  CHECK_THROWS_WITH(never(bad), ContainsSubstring("the program has never answered") &&
                                    ContainsSubstring("killed by signal 9") &&
                                    ContainsSubstring("it said: about to die") &&
                                    ContainsSubstring("; try: echo '0 0' | exec ") &&
                                    !ContainsSubstring("max_failures"));
  CHECK_THROWS_WITH(never(good), ContainsSubstring("the program has never answered"));
  CHECK(never.processes() == 4);
  Asked in_box(
      "killed",
      {{"protocol", std::string("json")}, {"bounds", std::string("2,4")}, {"max_failures", 1.0}});
  CHECK_THROWS_WITH(in_box(bad), ContainsSubstring("; try: echo '{\"x\": [3, 3]}' | exec "));
  Asked later("killed", {{"retries", 0.0}, {"max_failures", 5.0}});
  CHECK(later(good) == ZEROTH_OK);
  for (int i = 0; i < 4; ++i) CHECK(later(bad) == ZEROTH_DISCARD);
  CHECK_THROWS_WITH(later(bad),
                    ContainsSubstring("failed 5 times one after the other (max_failures)"));
}

namespace {

// What is said of a program of one dimension that gives no value.
std::string complaint_of(const std::string& command, Overrides overrides = {}) {
  overrides["retries"] = 0.0;
  overrides["max_failures"] = 1.0;
  try {
    Told(command, overrides)();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a program whose first line is no answer is refused", "[command]") {
  struct Case {
    std::string protocol, banner, answer;
  };
  for (const Case& each :
       {Case{"plain", "2", "4"}, Case{"json", "{\"f\": 0, \"status\": \"ready\"}", "{\"f\": 4}"}}) {
    CAPTURE(each.protocol);
    const TemporaryFolder folder;
    const std::string go = (folder / "go").string();
    Told told("echo '" + each.banner + "'; while read x; do until [ -e " + go +
                  " ]; do sleep 0.01; done; sleep 0.05; echo '" + each.answer + "'; done",
              {{"protocol", each.protocol}});
    told();  // the banner, nobody can know
    std::thread later([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      std::ofstream(go) << "\n";
    });
    CHECK_THROWS_WITH(told(), ContainsSubstring("it began with '" + each.banner + "', and '" +
                                                each.answer + "' was one line too many") &&
                                  ContainsSubstring("printed to standard error"));
    later.join();
  }
  Told fast("echo 2; while read x; do echo 4; done");
  CHECK_THROWS_WITH(
      [&] {
        for (int i = 0; i < 60; ++i) fast();
      }(),
      ContainsSubstring("printed to standard error"));
  CHECK_THAT(complaint_of("echo Welcome; while read x; do echo 4; done"),
             ContainsSubstring("'Welcome' is not a number; what is no answer"));
}

TEST_CASE("what a program says after its answer is warned of, for it may shift all answers",
          "[command]") {
  const Heard heard;
  SECTION("at its end") {
    { CHECK(Told("while read x; do echo 4; done; echo 5")() == 4); }
    REQUIRE(Heard::lines().size() == 1);
    CHECK_THAT(Heard::lines()[0], ContainsSubstring("do not trust the values"));
  }
  SECTION("before the next question") {
    const TemporaryFolder folder;
    const std::string go = (folder / "go").string(), said = (folder / "said").string();
    Told told("while read x; do echo 4; [ -e " + said + " ] || { until [ -e " + go +
              " ]; do sleep 0.01; done; echo; touch " + said + "; }; done");
    CHECK(told() == 4);
    std::ofstream(go) << "\n";
    while (!std::filesystem::exists(said))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK(told() == 4);
    REQUIRE(Heard::lines().size() == 1);
    CHECK_THAT(Heard::lines()[0], ContainsSubstring("do not trust the values"));
  }
  SECTION("that all values are equal") {
    {
      Told told("while read x; do echo 4; done");
      for (int i = 0; i < 10; ++i) CHECK(told() == 4);
    }
    REQUIRE(Heard::lines().size() == 1);
    CHECK_THAT(Heard::lines()[0], ContainsSubstring("all 10 values are equal, '4': does the"));
  }
  SECTION("not at all, where it is quiet") {
    { CHECK(Told("while read x; do echo 4; done")() == 4); }
    CHECK(Heard::lines().empty());
  }
}

TEST_CASE("a command of one program runs in the place of its shell", "[command]") {
  const TemporaryFolder folder;
  Told told(ZEROTH_OBJECTIVE_PROGRAM " good " + folder.path().string());
  told();
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    const std::string pid = entry.path().filename().string().substr(4);
    std::ifstream stat("/proc/" + pid + "/stat");
    std::string number, name, state;
    pid_t parent = 0;
    stat >> number >> name >> state >> parent;
    CHECK(parent == getpid());
  }
  // What only a shell can do is left to it.
  CHECK(Told("read x && echo 7", {{"once", 1.0}})() == 7);
  CHECK(Told("F=7 sh -c 'echo $F'", {{"once", 1.0}})() == 7);
  CHECK(Told("echo 7", {{"once", 1.0}})() == 7);
  CHECK(Told("if true\nthen echo 7\nfi", {{"once", 1.0}})() == 7);
}

TEST_CASE("too many open files is an error with the remedy", "[command]") {
  // UBSan looks at an object of a type it has not met through a pipe of its own: it meets Error
  // while there is one.
  CHECK_THROWS_AS(throw Error("any"), Error);
  Told told("cat");
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const int next = dup(0);
  close(next);
  rlimit few = before;
  few.rlim_cur = static_cast<rlim_t>(next) + 3;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
  std::string why;
  try {
    told();
  } catch (const Error& error) {
    why = error.what();
  }
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK_THAT(why, ContainsSubstring("Too many open files; fewer threads (-j) or a larger"));
}

TEST_CASE("a program that ends is gone, whoever still holds its output", "[command]") {
  CHECK_THAT(complaint_of("sleep 1000 & exit 3"), ContainsSubstring("it ended: exit code 3"));
  const auto suite = zeroth::test::suite_of<CommandSuite>(
      {{"command", std::string("sleep 1000 & echo 7")}, {"dimension", 1.0}, {"once", 1.0}});
  CHECK(zeroth::test::value_at(*suite->open(zeroth::Split::test, 0), std::vector<double>{1.0}) ==
        7);
}

TEST_CASE("what we do to a program is not said to be its own doing", "[command]") {
  CHECK_THAT(complaint_of("exec 1>&-; exec cat >/dev/null; sleep 1000"),
             ContainsSubstring("it closed its output and went on"));
  CHECK_THAT(complaint_of("read x; printf 3.5"), ContainsSubstring("print a newline"));
}

TEST_CASE("a command that cannot be run is an error at once", "[command]") {
  TemporaryFolder folder;
  const auto suite = zeroth::test::suite_of<CommandSuite>(
      {{"command", std::string("/no/such/program")}, {"dimension", 1.0}});
  CHECK_THROWS_WITH(
      zeroth::test::value_at(*suite->open(zeroth::Split::test, 0), std::vector<double>{1.0}),
      ContainsSubstring("'/no/such/program' cannot be run") && ContainsSubstring("not found"));
  CHECK_THROWS_WITH(zeroth::test::suite_of<CommandSuite>({{"dimension", 1.0}}),
                    ContainsSubstring("command: is missing"));
}

TEST_CASE("much on standard error neither blocks the program nor is kept whole", "[command]") {
  Asked asked("noisy");
  CHECK(asked(good) == ZEROTH_OK);
  CHECK(asked.f[0] == 4);
}

TEST_CASE("a program for one point is started for each", "[command]") {
  Asked asked("good", {{"once", 1.0}});
  CHECK(asked({-1, 1, 0, 0}) == ZEROTH_OK);
  CHECK(asked.f == std::vector<double>{4, 1});
  CHECK(asked.processes() == 2);
}

TEST_CASE("threads that ask at once have a program each", "[command]") {
  TemporaryFolder folder;
  const auto suite = zeroth::test::suite_of<CommandSuite>(
      {{"command", "exec " ZEROTH_OBJECTIVE_PROGRAM " good " + folder.path().string() + " 3"},
       {"dimension", 2.0}});  // none answers before three run
  const auto instance = suite->open(zeroth::Split::test, 0);
  std::vector<double> values(3);
  std::vector<std::thread> threads;
  for (double& value : values)
    threads.emplace_back([&] { value = zeroth::test::value_at(*instance, good); });
  for (std::thread& thread : threads) thread.join();
  CHECK(values == std::vector<double>{4, 4, 4});
}
