// Plugins in processes of their own, as a user meets them; and the frames in between.
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "host/matrix_of.hpp"
#include "isolate/frame.hpp"
#include "isolate/isolation.hpp"
#include "isolate/link.hpp"
#include "plugins/registry.hpp"
#include "printable.hpp"
#include "support/catch.hpp"
#include "support/fake_run.hpp"
#include "support/work_folder.hpp"

using namespace std::chrono_literals;
using namespace zeroth::host;
using namespace zeroth::test;

namespace {

// A folder with an experiment, and the program in it, whose workers are told from all others by
// their environment.
struct Shell : WorkFolder {
  explicit Shell(const std::string& text) : WorkFolder("e.toml", text) {
    const auto options = sanitizer_options(plain_signals);
    environment.insert(environment.end(), options.begin(), options.end());
    environment.push_back(mark());
  }
  std::string mark() const { return "ZEROTH_TEST_FOLDER=" + folder.path().string(); }
  ProcessResult operator()(std::vector<std::string> arguments,
                           std::chrono::milliseconds kill_after = 0ms, int signal = SIGKILL) const {
    arguments.insert(arguments.end(), {"--plugin-dir", zoo});
    // A time to kill begins when the workers of a first run are there.
    return WorkFolder::operator()(arguments, kill_after, signal,
                                  [this] { return exists("e.zeroth") && processes().size() >= 3; });
  }
  // The processes that live on.
  std::vector<int> processes() const { return processes_with(mark()); }
  // None is left; one that was killed may take a moment to end.
  bool alone() const {
    for (int i = 0; i < 100 && !processes().empty(); ++i) std::this_thread::sleep_for(50ms);
    return processes().empty();
  }
  // The lines of a CSV file without the columns named *_seconds.
  std::vector<std::string> csv(const std::string& results, const std::string& name) const {
    return without_seconds(exported(results, name));
  }
};

const std::string on_quadratic = R"([budget]
iterations = 20
[[problem]]
use = "quadratic"
instances = 1
)";

std::string optimizer(const std::string& id) { return "[[optimizer]]\nuse = \"" + id + "\"\n"; }

}  // namespace

TEST_CASE("isolated runs write the same files as runs in one process", "[isolate]") {
  const Shell zeroth(R"(trials = 2
[budget]
iterations = 30
[[problem]]
use = "quadratic"
random_start = true
minibatch_noise = 0.1
dimension = 40
batch_rows = 4
[[problem]]
use = "quadratic"
label = "Bounded"
bound = 0.5
nan_below = 3.0
[[problem]]
use = "quadratic"
label = "Fails"
fails = true
instances = 1
)" + optimizer("zo-sgd") +
                     optimizer("guided-es") + optimizer("random-search") + optimizer("zoo-throws") +
                     optimizer("zoo-nan-query"));
  CHECK(zeroth({"run", "e.toml", "-o", "one"}).exit_code == 1);
  const ProcessResult r = zeroth({"run", "e.toml", "-o", "many", "--isolate", "-j", "3"});
  CHECK(r.exit_code == 1);
  REQUIRE(zeroth({"run", "e.toml", "-o", "half", "--set", "optimizer.*.isolate=true"}).exit_code ==
          1);
  for (const char* name : {"runs.csv", "trace.csv"}) {
    const std::vector<std::string> lines = zeroth.csv("one", name);
    CHECK(lines.size() > 90);
    CHECK(lines == zeroth.csv("many", name));
    CHECK(lines == zeroth.csv("half", name));
  }
  // An optimizer in a process hears later that the target is reached.
  const auto reach = [&](const std::string& file, std::vector<std::string> more) {
    std::vector<std::string> all{"run", "e.toml", "-o", file, "--set", "budget.target=20"};
    all.insert(all.end(), more.begin(), more.end());
    zeroth(all);
    return zeroth.csv(file, "runs.csv");
  };
  const std::vector<std::string> reached = reach("target", {});
  CHECK(std::count_if(reached.begin(), reached.end(),
                      [](const std::string& line) { return has(line, ",target,"); }) > 3);
  CHECK(reached == reach("target-isolated", {"--isolate"}));
  CHECK(zeroth.alone());
}

TEST_CASE("each way to end a process costs its own runs, and says why", "[isolate]") {
  struct Case {
    std::string id, outcome, message;
  };
  const std::vector<Case> cases{
      {"zoo-segfault", "crashed", "the optimizer's process was killed by SIGSEGV"},
      {"zoo-segfault", "crashed", "about to write to address 8"},
      {"zoo-aborts", "crashed", "was killed by SIGABRT (Aborted); it said last:\na wish"},
      {"zoo-exits", "crashed", "exited with code 0"},
      {"zoo-overflows-stack", "crashed", "was killed by SIGSEGV"},
      {"zoo-closes-descriptors", "crashed", "closed its connection to the host"},
      {"zoo-hangs", "time_limit", "took longer than 3 s (limits.seconds)"},
      {"zoo-asks-for-ever", "time_limit", "took longer than 3 s (limits.seconds)"},
      {"zoo-writes-garbage", "budget", ""},
      {"zo-sgd", "budget", ""}};
  std::string text = on_quadratic + "[limits]\nseconds = 3\n";
  std::string last;
  for (const Case& c : cases) {
    if (c.id != last) text += optimizer(c.id);
    last = c.id;
  }
  const Shell zeroth(text);
  const ProcessResult r = zeroth({"run", "e.toml"});
  INFO(r.err);
  CHECK(r.exit_code == 1);
  CHECK(has(r.out, "1 failed"));
  const std::vector<std::string> runs = zeroth.csv("e.zeroth", "runs.csv");
  REQUIRE(runs.size() == 10);
  for (const Case& c : cases) {
    int found = 0;
    for (const std::string& run : runs) {
      if (!has(run, "," + c.id + ",")) continue;
      INFO(run);
      CHECK(has(run, "," + c.outcome + ","));
      CHECK(has(run, c.message));
      ++found;
    }
    INFO(c.id);
    CHECK(found == 1);
  }
  CHECK(zeroth.alone());
  // One that has stored it is done with it.
  CHECK(has(zeroth({"run", "e.toml", "--dry-run"}).err, "0 of 9 runs"));
}

TEST_CASE("a process that takes too much memory is ended, and its run says so", "[isolate]") {
  const Shell zeroth(on_quadratic + "[limits]\nmemory = \"400 MiB\"\n" +
                     optimizer("zoo-eats-memory") + optimizer("zo-sgd"));
  CHECK(zeroth({"run", "e.toml"}).exit_code == 1);
  const std::vector<std::string> runs = zeroth.csv("e.zeroth", "runs.csv");
  REQUIRE(runs.size() == 3);
  CHECK(has(runs[1], ",memory_limit,"));
  CHECK(has(runs[1], "it took more than 400 MiB (limits.memory)"));
  CHECK(has(runs[2], ",budget,"));
  CHECK(zeroth.alone());
}

TEST_CASE("what a process has said comes to the message fit to be read", "[isolate]") {
  CHECK(printable("a\x1b[31mb\xff\xc3\xa9\n") == "a?[31mb?\xc3\xa9\n");
  CHECK(printable(std::string("\0\x7f\xc2\x9b\xed\xa0\x80\xf0", 8)) == "???????");
  CHECK(last_lines("one\ntwo\nthree\n\n", 9) == "three");
  CHECK(last_lines("one\n", 9) == "one");
  CHECK(last_lines("\xc3\xa9\xc3\xa9", 3) == "\xc3\xa9");
}

TEST_CASE("a problem that crashes costs the runs on that instance", "[isolate]") {
  const Shell zeroth(
      "[budget]\niterations = 5\n[[problem]]\nuse = \"zoo-segfault-problem\"\nisolate = true\n" +
      optimizer("zo-sgd") + optimizer("guided-es"));
  CHECK(zeroth({"run", "e.toml"}).exit_code == 1);
  const std::vector<std::string> runs = zeroth.csv("e.zeroth", "runs.csv");
  REQUIRE(runs.size() == 5);
  for (int i = 1; i <= 2; ++i) CHECK(has(runs[i], ",budget,"));
  for (int i = 3; i <= 4; ++i) {
    CHECK(has(runs[i], ",crashed,"));
    CHECK(has(runs[i], "the problem's process was killed by SIGSEGV"));
  }
  CHECK(zeroth.alone());
}

TEST_CASE("a plugin that needs a process of its own gets one", "[isolate]") {
  const Shell zeroth(on_quadratic + optimizer("zoo-own-process"));
  CHECK(has(zeroth({"describe", "zoo-own-process"}).out, "in a process of its own"));
  CHECK(zeroth({"run", "e.toml"}).exit_code == 1);
  CHECK(has(zeroth.csv("e.zeroth", "runs.csv").at(1), "exited with code 7"));
  const ProcessResult alone = zeroth({"minimize", "--command", "while read x; do echo 1; done",
                                      "-d", "2", "-n", "9", "--optimizer", "zoo-own-process"});
  CHECK(alone.exit_code == 1);
  CHECK(has(alone.err, "exited with code 7"));
  const ProcessResult refused =
      zeroth({"run", "e.toml", "-o", "x", "--set", "optimizer.*.isolate=false"});
  CHECK(refused.exit_code == 2);
  CHECK(has(refused.err, "zoo-own-process needs a process of its own"));
}

TEST_CASE("limits are read, isolate, and are refused where they cannot be kept", "[isolate]") {
  const Shell zeroth(on_quadratic + optimizer("zo-sgd"));
  const std::vector<std::pair<std::vector<std::string>, std::string>> refused{
      {{"limits.memory=512"}, "must be text in quotes"},
      {{"limits.memory=512 MB"}, "'512 MB' is no amount of memory"},
      {{"limits.memory=-1 MiB"}, "is no amount of memory"},
      {{"limits.memory=1 MiB more"}, "is no amount of memory"},
      {{"limits.seconds=0"}, "must be above 0"},
      {{"limits.second=1"}, "sets nothing"},
      {{"optimizer.zo-sgd.isolate=1"}, "must be true or false"},
      {{"limits.seconds=9", "problem.*.isolate=false"}, "[limits] cannot be kept where quadratic"}};
  for (const auto& [settings, message] : refused) {
    std::vector<std::string> arguments{"run", "e.toml"};
    for (const std::string& each : settings) arguments.insert(arguments.end(), {"--set", each});
    const ProcessResult r = zeroth(arguments);
    INFO(r.err);
    CHECK(r.exit_code == 2);
    CHECK(has(r.err, message));
  }
  // Long enough for the host to look at the worker's memory while it runs.
  const ProcessResult small = zeroth(
      {"run", "e.toml", "--set", "limits.memory=0.125 MiB", "--set", "budget.iterations=1000000"});
  INFO(small.err);
  CHECK(small.exit_code == 1);
  CHECK(has(small.err, "it took more than 128 KiB"));
}

TEST_CASE("an optimizer without an instance of its own runs in a process, too", "[isolate]") {
  const Shell zeroth(on_quadratic + optimizer("zoo-stateless"));
  CHECK(zeroth({"run", "e.toml", "-o", "here"}).exit_code == 0);
  const ProcessResult r = zeroth({"run", "e.toml", "-o", "there", "--isolate"});
  INFO(r.err);
  CHECK(r.exit_code == 0);
  CHECK(zeroth.csv("here", "trace.csv") == zeroth.csv("there", "trace.csv"));
}

TEST_CASE("a crash after the run is a warning, and changes nothing", "[isolate]") {
  const Shell zeroth("trials = 3\n" + on_quadratic + optimizer("zoo-crashes-in-destroy"));
  const ProcessResult r = zeroth({"run", "e.toml", "--isolate"});
  INFO(r.err);
  CHECK(r.exit_code == 0);
  const std::string warning =
      "zoo-crashes-in-destroy: after its run, the optimizer's process was killed by SIGSEGV";
  CHECK(has(r.err, warning));
  CHECK(r.err.find(warning) == r.err.rfind(warning));  // once
  const std::vector<std::string> runs = zeroth.csv("e.zeroth", "runs.csv");
  REQUIRE(runs.size() == 4);
  for (std::size_t i = 1; i < runs.size(); ++i) CHECK(has(runs[i], ",completed,"));
}

TEST_CASE("what a plugin has started ends with its worker, wherever it has gone", "[isolate]") {
  // The host has to be there still: another optimizer hangs meanwhile.
  const Shell zeroth(on_quadratic + "[limits]\nseconds = 3\n" + optimizer("zoo-starts-daemon") +
                     optimizer("zoo-hangs"));
  const ProcessResult r = zeroth({"run", "e.toml"});
  INFO(r.err);
  CHECK(r.exit_code == 1);
  CHECK(has(r.err, "exited with code 5"));
  CHECK(zeroth.processes().empty());
}

TEST_CASE("Ctrl-C ends a hanging worker at once, and its run is not stored", "[isolate]") {
  const Shell zeroth(on_quadratic + optimizer("zoo-hangs"));
  const ProcessResult r = zeroth({"run", "e.toml", "--isolate"}, 500ms, SIGINT);
  INFO(r.err);
  CHECK(r.exit_code == 130);
  CHECK(has(r.out, "0 of 1 runs"));
  CHECK(zeroth.alone());
}

TEST_CASE("no worker outlives a host that is killed", "[isolate]") {
  const Shell zeroth(on_quadratic + optimizer("zoo-hangs"));
  CHECK(zeroth({"run", "e.toml", "--isolate"}, 500ms, SIGKILL).exit_code == 128 + SIGKILL);
  CHECK(zeroth.alone());
}

TEST_CASE("a worker that was started by hand says no word and ends", "[isolate]") {
  const Shell zeroth(on_quadratic + optimizer("zo-sgd"));
  CHECK(run_zeroth({"worker", "1", "0"}, zeroth.folder.path()).exit_code != 0);
}

namespace {

// Nine in ten of the optimizers are healthy.
struct FaultyMatrix {
  explicit FaultyMatrix(int trials)
      : trials_(trials),
        zeroth("trials = " + std::to_string(trials) + R"(
[budget]
iterations = 40
[[problem]]
use = "quadratic"
dimension = 30
random_start = true
minibatch_noise = 0.1
[[optimizer]]
use = "zo-sgd"
delta = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
[[optimizer]]
use = "zo-adam"
delta = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
[[optimizer]]
use = "guided-es"
delta = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
)" + optimizer("zoo-segfault") +
               optimizer("zoo-hangs") + optimizer("zoo-eats-memory")) {}

  // Kills the host so many times, at random moments, and lets it end.
  void run_and_kill(int kills) {
    const std::vector<std::string> run{"run",
                                       "e.toml",
                                       "--isolate",
                                       "--set",
                                       "limits.seconds=4",
                                       "--set",
                                       "limits.memory=400 MiB"};
    std::mt19937 random(1);
    for (int killed = 0; killed < kills;) {
      const auto after = std::chrono::milliseconds(300 + random() % 900);
      const bool was_killed = zeroth(run, after).exit_code == 128 + SIGKILL;
      REQUIRE(was_killed);  // else the matrix was done before: make it longer
      ++killed;
      CHECK(zeroth.alone());
    }
    const ProcessResult last = zeroth(run);
    INFO(last.err);
    CHECK(last.exit_code == 1);
    CHECK(has(last.out, std::to_string(120 * trials_) + " of " + std::to_string(120 * trials_)));
    CHECK(zeroth.alone());
  }

  // Every healthy run once and as in an undisturbed experiment, every faulty one with its reason.
  void compare() const {
    REQUIRE(zeroth({"run", "e.toml", "-o", "calm", "--only", "*/ZO-*", "--only", "*/Guided*"})
                .exit_code == 0);
    const auto by_run = [](const std::vector<std::string>& lines) {
      std::map<std::string, std::vector<std::string>> sorted;
      for (const std::string& line : lines) sorted[line.substr(0, line.find(','))].push_back(line);
      return sorted;
    };
    auto runs = by_run(zeroth.csv("e.zeroth", "runs.csv"));
    auto traces = by_run(zeroth.csv("e.zeroth", "trace.csv"));
    const auto calm_runs = by_run(zeroth.csv("calm", "runs.csv"));
    const auto calm_traces = by_run(zeroth.csv("calm", "trace.csv"));
    CHECK(calm_runs.size() == 1 + static_cast<std::size_t>(108 * trials_));
    for (const auto& [number, run] : calm_runs) {
      REQUIRE(runs[number] == run);
      REQUIRE(run.size() == 1);
      if (number != "run") REQUIRE(traces[number] == calm_traces.at(number));
      runs.erase(number);
    }
    CHECK(runs.size() == static_cast<std::size_t>(12 * trials_));
    const std::map<std::string, std::string> reasons{
        {"zoo-segfault", ",crashed,\"the optimizer's process was killed by SIGSEGV"},
        {"zoo-hangs", ",time_limit,"},
        {"zoo-eats-memory", "_limit,"}};  // on a busy machine its time is over first
    for (const auto& [number, run] : runs) {
      REQUIRE(run.size() == 1);
      int named = 0;
      for (const auto& [id, reason] : reasons)
        named += has(run[0], id) && has(run[0], reason) ? 1 : 0;
      INFO(run[0]);
      CHECK(named == 1);
    }
  }

  // Files in the folder are the experiment's, its results and what was exported.
  void find_no_leaks() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(zeroth.folder.path()))
      names.insert(entry.path().filename());
    CHECK(names == std::set<std::string>{"e.toml", "e.zeroth", "e.zeroth.csv", "calm", "calm.csv"});
  }

  const int trials_;
  Shell zeroth;
};

// Names in /dev/shm and in the folder for temporary files.
std::set<std::string> shared_and_temporary() {
  std::set<std::string> names;
  for (const std::filesystem::path& folder :
       {std::filesystem::path("/dev/shm"), std::filesystem::temp_directory_path()}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string name = entry.path().filename();
      if (has(name, "zeroth-worker") || name.starts_with("core")) names.insert(name);
    }
  }
  return names;
}

void kill_and_compare(int trials, int kills) {
  const std::set<std::string> before = shared_and_temporary();
  FaultyMatrix matrix(trials);
  matrix.run_and_kill(kills);
  matrix.compare();
  matrix.find_no_leaks();
  CHECK(shared_and_temporary() == before);
}

}  // namespace

TEST_CASE("a matrix with faulty plugins, killed and resumed, is that of an undisturbed run",
          "[isolate]") {
  kill_and_compare(1, 2);
}

// By hand: host_isolate_test "[soak]"
TEST_CASE("the same for a thousand runs and five kills", "[.soak]") { kill_and_compare(9, 5); }

namespace {

// A frame as bytes, at an address that decode() takes.
std::vector<std::byte> bytes_of(const Outgoing& frame) {
  std::vector<std::byte> bytes;
  encode(frame, [&](const void* from, std::size_t n) {
    const auto* first = static_cast<const std::byte*>(from);
    bytes.insert(bytes.end(), first, first + n);
  });
  return bytes;
}

}  // namespace

TEST_CASE("a frame comes back as it went in, and nothing else is one", "[isolate]") {
  const std::vector<std::uint64_t> integers{1, std::numeric_limits<std::uint64_t>::max()};
  const std::vector<double> first{1.5, -0.0}, second{std::numeric_limits<double>::quiet_NaN()};
  const std::vector<std::string_view> texts{"", "nine text", "x"};
  const std::vector<std::byte> bytes = bytes_of({FrameKind::ask, integers, {first, second}, texts});
  const std::optional<Frame> frame = decode(bytes);
  REQUIRE(frame);
  CHECK(frame->kind == FrameKind::ask);
  CHECK(
      std::equal(integers.begin(), integers.end(), frame->integers.begin(), frame->integers.end()));
  REQUIRE(frame->reals.size() == 3);
  CHECK(std::memcmp(frame->reals.data(), first.data(), 16) == 0);
  CHECK(std::memcmp(&frame->reals[2], second.data(), 8) == 0);
  CHECK(frame->texts == texts);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
    CHECK_FALSE(decode(cut));
  }
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {  // decode() must only ever look inside
    std::vector<std::byte> changed = bytes;
    for (int k = 0; k < 3; ++k) changed[random() % changed.size()] = std::byte(random() % 256);
    static_cast<void>(decode(changed));
  }
  FrameHeader long_one;
  long_one.real_count = most_frame_bytes / 8 + 1;
  CHECK_FALSE(body_size(long_one));
  long_one.real_count = std::numeric_limits<std::uint64_t>::max() - 1;
  long_one.integer_count = 2;
  CHECK_FALSE(body_size(long_one));
}

TEST_CASE("what was put into a link is there, should its writer die before it wakes the reader",
          "[isolate]") {
  void* memory =
      mmap(nullptr, Link::memory_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  const std::array<std::uint64_t, 1> number{7};
  Link(memory, Link::Side::worker, {}, [] {}).enqueue({FrameKind::iterated, number});
  Link reader(memory, Link::Side::host, {}, [] { throw LinkBroken("there is nothing"); });
  CHECK(reader.receive().integers[0] == 7);
  CHECK_THROWS_AS(reader.receive(), LinkBroken);
  munmap(memory, Link::memory_bytes);
}

TEST_CASE("an optimizer in a worker meets the run it would meet here", "[isolate]") {
  const std::filesystem::path library = ZEROTH_BINARY_DIR "/lib/zeroth/plugins/zo_sgd.so";
  std::string warning;
  const Registry registry(library, [&](const std::string& text) { warning = text; });
  REQUIRE(warning.empty());
  const Descriptor& here = *registry.optimizer("zo-sgd");
  const std::atomic<bool> cancel{false};
  Isolation isolation({}, cancel, 1, 2, ZEROTH_BINARY_DIR "/bin/zeroth");
  const Descriptor& there = isolation.isolate(here);
  CHECK(&there == &isolation.isolate(here));
  // Large batches do not fit the memory between the two at once.
  for (const std::size_t dimension : {std::size_t{7}, std::size_t{20'000}}) {
    const auto trace = [&](const Descriptor& descriptor) {
      zeroth::test::RunSettings settings;
      settings.objective = zeroth::test::quadratic;
      settings.start.assign(dimension, 1.0);
      settings.lower.assign(dimension, 0.9);
      settings.iteration_budget = 3;
      settings.directions.assign(dimension * 100, 0.25);
      zeroth::test::FakeRun run(settings);
      const Optimizer optimizer(descriptor, zeroth::test::values_of(descriptor, {}), "test");
      CHECK(optimizer.solve(*run.abi()) == ZEROTH_OK);
      CHECK(run.violation().empty());
      return run.trace();
    };
    const zeroth::test::Trace ours = trace(here);
    CHECK(ours.iterates.size() == 3);
    CHECK(ours == trace(there));
  }
}

TEST_CASE("a problem in a worker is the problem it would be here", "[isolate]") {
  const Registry registry(std::filesystem::path(test_plugins + "/quadratic.so"),
                          [](const std::string& text) { FAIL(text); });
  const Descriptor& here = *registry.problem("quadratic");
  const std::atomic<bool> cancel{false};
  Isolation isolation({}, cancel, 1, 2, ZEROTH_BINARY_DIR "/bin/zeroth");
  const Values values = zeroth::test::values_of(here, {{"bound", 2.0}, {"random_start", true}});
  const Suite ours(here, values, "test"), theirs(isolation.isolate(here), values, "test");
  CHECK(theirs.size(Split::train) == ours.size(Split::train));
  CHECK(theirs.size(Split::test) == ours.size(Split::test));
  const auto all = [](const Suite& suite) {
    const Instance instance(suite, Split::test, 3);
    std::vector<double> seen(3), x(3), g(3), f(1);
    std::vector<double> metrics(instance.metrics()->count);
    REQUIRE(instance->initial_point(&instance.abi(), 5, x.data()) == ZEROTH_OK);
    REQUIRE(instance->evaluate(&instance.abi(), 9, 1, x.data(), f.data(), nullptr) == ZEROTH_OK);
    REQUIRE(instance.gradient()->gradient(&instance.abi(), 9, x.data(), g.data()) == ZEROTH_OK);
    REQUIRE(instance.metrics()->measure(&instance.abi(), x.data(), metrics.data()) == ZEROTH_OK);
    seen = x;
    seen.insert(seen.end(), g.begin(), g.end());
    seen.insert(seen.end(), metrics.begin(), metrics.end());
    seen.insert(seen.end(), {f[0], instance->lower[2], instance->upper[2]});
    REQUIRE(instance.optimum()->point(&instance.abi(), x.data()) == ZEROTH_OK);
    seen.push_back(instance.optimum()->value(&instance.abi()));
    seen.insert(seen.end(), x.begin(), x.end());
    for (const double loss : {0.5, 1.5})
      seen.push_back(instance.success()->succeeded(&instance.abi(), x.data(), loss));
    return std::tuple(seen, std::string(instance->label), std::string(instance.metrics()->names[1]),
                      std::string(instance.metrics()->docs[1]));
  };
  CHECK(all(ours) == all(theirs));
  CHECK_THROWS_WITH(Suite(isolation.isolate(here),
                          zeroth::test::values_of(here, {{"file", std::string("/missing")}}), "w"),
                    "w: quadratic: /missing: there is no such file; name another");
}
