// The program, as a user runs it: exit codes, messages, files.
#include <sqlite3.h>

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>

#include "support/catch.hpp"
#include "support/sql.hpp"
#include "support/work_folder.hpp"

using namespace zeroth::test;
using namespace std::chrono_literals;

namespace {

// A folder with an experiment on the test problem, and the program in it.
struct Shell : WorkFolder {
  explicit Shell(const std::string& text = small) : WorkFolder("e.toml", text) {}
  // All that is exported but times.
  std::string exported(const std::string& results) const {
    const std::string runs = WorkFolder::exported(results, "runs.csv");
    const auto columns = csv_rows(runs).front();
    REQUIRE(std::count_if(columns.begin(), columns.end(),
                          [](const std::string& name) { return has(name, "_seconds"); }) == 2);
    std::string all;
    for (const std::string& line : without_seconds(runs)) all += line + "\n";
    return all + read_all(folder / (results + ".csv") / "trace.csv");
  }

  static const std::string small;
};

const std::string Shell::small = R"(title = "Small"
trials = 2
[budget]
iterations = 5
[[problem]]
use = "quadratic"
random_start = true
[[optimizer]]
use = "zo-sgd"
delta = 0.3
[[optimizer]]
use = "zo-adam"
)";

// About 50 ms a run.
const std::string slow = R"(trials = 6
[budget]
iterations = 150
[[problem]]
use = "quadratic"
dimension = 2000
minibatch_noise = 0.1
[[optimizer]]
use = "zo-sgd"
[[optimizer]]
use = "guided-es"
)";

// The program under a shell, which can close and redirect what it wants.  Exit code.
int under_sh(const Shell& zeroth, const std::string& arguments,
             const std::string& before = "true") {
  const std::string line = before + " && cd '" + zeroth.folder.path().string() +
                           "' && ZEROTH_PLUGIN_PATH='" + test_plugins +
                           "' '" ZEROTH_BINARY_DIR "/bin/zeroth' " + arguments;
  const int status = std::system(line.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int runs_in(const std::filesystem::path& file) {
  sqlite3* database = nullptr;
  int count = -1;
  sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READONLY, nullptr);
  sqlite3_exec(
      database, "SELECT count(*) FROM run",
      [](void* out, int, char** values, char**) {
        *static_cast<int*>(out) = std::atoi(values[0]);
        return 0;
      },
      &count, nullptr);
  sqlite3_close(database);
  return count;
}

}  // namespace

TEST_CASE("help, version and lists go to standard output with exit code 0", "[cli]") {
  const Shell zeroth;
  const std::vector<std::pair<std::vector<std::string>, std::string>> expected{
      {{"--help"}, "usage: zeroth COMMAND"},      {{"--version"}, "zeroth 0."},
      {{"run", "--help"}, "--dry-run"},           {{"list"}, "zo-adam"},
      {{"list", "problems"}, "quadratic"},        {{"describe", "zo-sgd"}, "delta"},
      {{"describe", "quadratic"}, "red | green"}, {{"export", "--help"}, "--csv DIR"}};
  for (const auto& [arguments, part] : expected) {
    const ProcessResult r = zeroth(arguments);
    CHECK(r.exit_code == 0);
    CHECK(r.err.empty());
    CHECK(has(r.out, part));
  }
  CHECK_FALSE(has(zeroth({"list", "optimizers"}).out, "\n  quadratic "));
  for (const char* alone : {"check", "report", "export"})  // what looks for no plugin
    CHECK_FALSE(has(zeroth({alone, "--help"}).out, "--plugin-dir"));
  CHECK(has(zeroth({"describe", "zo-sgd"}).out, "zo_sgd.so"));
}

TEST_CASE("a mistake on the command line is exit code 2 with the near miss", "[cli]") {
  const Shell zeroth;
  const std::vector<std::pair<std::vector<std::string>, std::string>> expected{
      {{}, "the command is missing"},
      {{"rum"}, "did you mean 'run'?"},
      {{"run"}, "the EXPERIMENT file is missing"},
      {{"run", "e.toml", "--dry-rum"}, "did you mean '--dry-run'?"},
      {{"run", "e.toml", "extra", "more"}, "'extra' is one argument too many"},
      {{"minimize", "extra"}, "'extra' is one argument too many"},
      {{"run", "e.toml", "-j", "0"}, "must be 1 .. 1024"},
      {{"run", "e.toml", "-j", "x"}, "invalid"},
      {{"run", "e.toml", "--only", "zo-sgd"}, "names are such as Quadratic/test:0/ZO-SGD/0;"},
      {{"list", "optimisers"}, "did you mean 'optimizers'?"},
      {{"describe", "zo-sdg"}, "did you mean 'zo-sgd'?"},
      {{"run", "e.toml", "--set", "problem.quadratic.file=a\xff"}, "is not UTF-8"},
      {{"report", "none.zeroth"}, "there is no such file"},
      {{"report", "e.toml"}, "is not a Zeroth result file"},
      {{"export", "e.toml"}, "--csv DIR is missing"},
      {{"run", "none.toml"}, ZEROTH_BINARY_DIR "/share/zeroth/experiments/quickstart.toml"},
      {{"tune", "none.toml"}, "none.toml: there is no such file"},
      {{"train", "none.toml", "-o", "w"}, "/training/binary-classification.toml"}};
  for (const auto& [arguments, part] : expected) {
    const ProcessResult r = zeroth(arguments);
    INFO(r.err);
    CHECK(r.exit_code == 2);
    CHECK(has(r.err, part));
    CHECK(r.out.empty());
  }
}

TEST_CASE(
    "a mistake in an experiment is exit code 2, its place and its remedy, and nothing is written",
    "[cli]") {
  const std::vector<std::vector<std::string>> mistakes{
      {"use = \"zo-adam\"", "use = \"zo-adma\"",
       "e.toml:12: optimizer.use: there is no optimizer 'zo-adma'", "did you mean 'zo-adam'?"},
      {"use = \"zo-adam\"", "use = \"other-cmaes\"", "there is no optimizer 'other-cmaes'",
       "no plugin has any other-*; one over another library is built where that is installed"},
      {"delta = 0.3", "dleta = 0.3", "e.toml:10: dleta: zo-sgd has no parameter 'dleta'",
       "did you mean 'delta'?"},
      {"delta = 0.3", "delta = 0.0", "e.toml:10: delta: 0 is out of range", "> 0"},
      {"delta = 0.3", "delta = \"big\"", "e.toml:10: delta: must be a number", "> 0"},
      {"random_start", "colour = \"blue\"\nrandom_start", "'blue' is none of its choices",
       "red | green"},
      {"random_start", "file = \"/missing\"\nrandom_start",
       "e.toml:6: problem.use: quadratic: /missing", "name another"},
      {"random_start", "instances = 5\nrandom_start", "there is no instance 4",
       "has the instances 0-3"},
      {"trials", "trails", "e.toml:2: trails: unknown key", "did you mean 'trials'?"}};
  for (const std::vector<std::string>& mistake : mistakes) {
    std::string text = Shell::small;
    text.replace(text.find(mistake[0]), mistake[0].size(), mistake[1]);
    const Shell zeroth(text);
    const ProcessResult r = zeroth({"run", "e.toml"});
    INFO(r.err);
    CHECK(r.exit_code == 2);
    CHECK(has(r.err, mistake[2]));
    CHECK(has(r.err, mistake[3]));
    CHECK_FALSE(zeroth.exists("e.zeroth"));
  }
}

TEST_CASE("an output file that is not ours or of another experiment is refused and left as it is",
          "[cli]") {
  const Shell zeroth;
  zeroth.folder.write("mine.txt", "precious");
  const ProcessResult foreign = zeroth({"run", "e.toml", "-o", "mine.txt"});
  CHECK(foreign.exit_code == 2);
  CHECK(has(foreign.err, "is not a Zeroth result file"));
  CHECK(read_all(zeroth.folder / "mine.txt") == "precious");
  REQUIRE(zeroth({"run", "e.toml"}).exit_code == 0);
  const std::string before = read_all(zeroth.folder / "e.zeroth");
  const ProcessResult other = zeroth({"run", "e.toml", "--set", "seed=2"});
  CHECK(other.exit_code == 2);
  CHECK(has(other.err, "holds 16 runs that are not part of this experiment"));
  CHECK(has(other.err, "-o"));
  const ProcessResult dry = zeroth({"run", "e.toml", "--set", "seed=2", "--dry-run"});
  CHECK(dry.exit_code == 0);
  CHECK(std::count(dry.out.begin(), dry.out.end(), '\n') == 16);
  CHECK(has(dry.err, "warning: e.zeroth: holds 16 runs that are not part of this experiment"));
  CHECK(has(dry.err, "16 of 16 runs would be done"));
  CHECK(read_all(zeroth.folder / "e.zeroth") == before);
}

TEST_CASE("a dry run prints the plan and writes nothing", "[cli]") {
  const Shell zeroth;
  const ProcessResult r = zeroth({"run", "e.toml", "--dry-run", "--only", "*/test:1/ZO-SGD/*"});
  CHECK(r.exit_code == 0);
  CHECK(r.out == "Quadratic/test:1/ZO-SGD/0\nQuadratic/test:1/ZO-SGD/1\n");
  CHECK_FALSE(zeroth.exists("e.zeroth"));
}

TEST_CASE("an experiment at another scale has a result file of its own", "[cli]") {
  const Shell zeroth(Shell::small + "[scale.smoke]\ntrials = 1\n");
  CHECK(zeroth({"run", "e.toml", "--set", "scale=smoke"}).exit_code == 0);
  CHECK(zeroth({"run", "e.toml"}).exit_code == 0);
  CHECK(runs_in(zeroth.folder / "e-smoke.zeroth") == 8);
  CHECK(runs_in(zeroth.folder / "e.zeroth") == 16);
  CHECK(has(zeroth({"run", "e.toml", "--set", "scale=full"}).err, "16 runs are in e.zeroth"));
}

TEST_CASE("run again does only what is missing, and an experiment may grow", "[cli]") {
  const Shell zeroth;
  REQUIRE(zeroth({"run", "e.toml", "--only", "ZO-SGD"}).exit_code == 0);
  CHECK(runs_in(zeroth.folder / "e.zeroth") == 8);
  const ProcessResult second = zeroth({"run", "e.toml"});
  CHECK(second.exit_code == 0);
  CHECK(has(second.err, "8 runs are in e.zeroth already, 8 to do"));
  CHECK(has(second.out, "Quadratic (test)"));
  CHECK(has(zeroth({"run", "e.toml", "--only", "nothing"}).err, "matches no run"));
  CHECK(zeroth({"run", "e.toml", "--set", "trials=3"}).exit_code == 0);
  REQUIRE(zeroth({"run", "e.toml", "--set", "trials=3", "-o", "fresh.zeroth"}).exit_code == 0);
  CHECK(zeroth.exported("e.zeroth") == zeroth.exported("fresh.zeroth"));
  const ProcessResult report = zeroth({"report", "e.zeroth"});
  CHECK(report.exit_code == 0);
  CHECK(has(report.out, "24 runs"));
  CHECK(has(report.out, "ZO-ADAM"));
}

TEST_CASE("one thread and eight, cut batches and whole, give the same files", "[cli]") {
  const Shell zeroth(slow);
  const std::vector<std::string> few{"--set", "problem.quadratic.instances=1", "--set", "trials=3"};
  const auto run = [&](const std::string& threads, const std::string& output) {
    std::vector<std::string> arguments{"run", "e.toml", "-j", threads, "-o", output};
    arguments.insert(arguments.end(), few.begin(), few.end());
    arguments.insert(arguments.end(), {"--set", "problem.quadratic.batch_rows=4"});
    REQUIRE(zeroth(arguments).exit_code == 0);
    return zeroth.exported(output);
  };
  const std::string one = run("1", "one.zeroth");
  CHECK(has(one, "completed") == false);
  CHECK(one == run("2", "two.zeroth"));
  CHECK(one == run("8", "eight.zeroth"));
}

TEST_CASE("killed at any moment and resumed, the files are those of an undisturbed run", "[cli]") {
  const Shell zeroth(slow);
  REQUIRE(zeroth({"run", "e.toml", "-o", "whole.zeroth"}).exit_code == 0);
  const int all = runs_in(zeroth.folder / "whole.zeroth");
  int killed_between = 0, before = 0;
  for (const auto after : {0ms, 7ms, 20ms, 60ms, 150ms}) {  // once it has stored a run
    const bool killed = zeroth({"run", "e.toml", "-o", "cut.zeroth"}, after + 1ms, SIGKILL, [&] {
                          return runs_in(zeroth.folder / "cut.zeroth") > before;
                        }).exit_code == 128 + SIGKILL;
    before = runs_in(zeroth.folder / "cut.zeroth");
    if (killed && before > 0 && before < all) ++killed_between;
    if (!killed || before == all) break;
  }
  CHECK(killed_between > 0);
  const ProcessResult resumed = zeroth({"run", "e.toml", "-o", "cut.zeroth"});
  INFO(resumed.err);
  REQUIRE(resumed.exit_code == 0);
  CHECK(zeroth.exported("cut.zeroth") == zeroth.exported("whole.zeroth"));
}

TEST_CASE("trials are different runs, and optimizers meet the same start", "[cli]") {
  const Shell zeroth;
  zeroth.good({"run", "e.toml"});
  const auto rows = csv_rows(zeroth.WorkFolder::exported("e.zeroth", "runs.csv"));
  const auto column = [&](const std::string& name) {
    return std::find(rows[0].begin(), rows[0].end(), name) - rows[0].begin();
  };
  std::map<std::pair<std::string, std::string>, std::set<std::string>> starts;
  std::set<std::string> ends;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto& row = rows[i];
    starts[{row[column("instance")], row[column("trial")]}].insert(row[column("initial_loss")]);
    ends.insert(row[column("final_loss")]);
  }
  std::set<std::string> all;
  for (const auto& [cell, of_optimizers] : starts) {
    CHECK(of_optimizers.size() == 1);
    all.insert(of_optimizers.begin(), of_optimizers.end());
  }
  CHECK(all.size() == 8);  // four instances, two trials
  CHECK(ends.size() == 16);
}

TEST_CASE("a library that takes one call at a time gets one at a time", "[cli]") {
  const Shell zeroth(replaced(replaced(Shell::small, "\"zo-sgd\"\ndelta = 0.3", "\"zoo-alone-a\""),
                              "zo-adam", "zoo-alone-b"));
  const ProcessResult r = zeroth({"run", "e.toml", "-j", "4", "--plugin-dir", zoo});
  INFO(r.out << r.err);
  CHECK(r.exit_code == 0);
}

TEST_CASE("Ctrl-C stops cleanly with exit code 130, and the same command goes on", "[cli]") {
  const Shell zeroth(slow);
  const ProcessResult r = zeroth({"run", "e.toml", "-j", "1", "--set", "trials=200"}, 10ms, SIGINT,
                                 [&] { return runs_in(zeroth.folder / "e.zeroth") > 0; });
  CHECK(r.exit_code == 130);
  CHECK(has(r.err, "the same command goes on"));
  CHECK_FALSE(zeroth.exists("e.zeroth-wal"));
  const int done = runs_in(zeroth.folder / "e.zeroth");
  CHECK(done < 1600);
  const ProcessResult dry = zeroth({"run", "e.toml", "--dry-run", "--set", "trials=200"});
  CHECK(has(dry.err, std::to_string(1600 - done) + " of 1600 runs would be done"));
}

TEST_CASE("Ctrl-C is heard while runs under way finish, and again it ends them", "[cli]") {
  const Shell zeroth(replaced(Shell::small, "zo-adam", "zoo-hangs"));
  const std::string line =
      "cd '" + zeroth.folder.path().string() + "' && export ZEROTH_PLUGIN_PATH='" + test_plugins +
      "' && { '" ZEROTH_BINARY_DIR "/bin/zeroth' run e.toml -j 2 --plugin-dir '" + zoo +
      "' >out 2>err & } && p=$! && soon() { for i in $(seq 300); do \"$@\" && return; sleep 0.1; "
      "done; false; } && soon [ -s e.zeroth ] && sleep 0.5 && kill -INT $p && soon grep -q "
      "'interrupted: waiting for the runs under way; again' err && kill -INT $p; kept=$?; "
      "sleep 0.5; kill -KILL $p 2>/dev/null; wait $p; [ $? = 130 ] && [ $kept = 0 ]";
  const int status = std::system(line.c_str());
  INFO(read_all(zeroth.folder / "err"));
  CHECK(status == 0);
}

TEST_CASE("a result file has the name that it is given, whatever that is to SQLite", "[cli]") {
  const Shell zeroth;
  for (const std::string name : {":memory:", "file:x.zeroth?mode=memory"}) {
    CAPTURE(name);
    zeroth.good({"run", "e.toml", "-o", name});
    CHECK(runs_in(zeroth.folder / name) == 16);
    CHECK(has(zeroth.good({"report", name}).out, "16 runs in " + name));
  }
}

TEST_CASE("what a plugin says is text for every reader of the results", "[cli]") {
  for (const bool isolated : {false, true}) {
    CAPTURE(isolated);
    const Shell zeroth(replaced(Shell::small, "zo-adam", "zoo-says-bytes"));
    std::vector<std::string> arguments{"run", "e.toml", "--plugin-dir", zoo};
    if (isolated) arguments.push_back("--isolate");
    CHECK(zeroth(arguments).exit_code == 1);
    CHECK(has(zeroth.exported("e.zeroth"), "the optimizer failed: caf? ?[31mred"));
  }
}

TEST_CASE("no report is written over results", "[cli]") {
  const Shell zeroth;
  zeroth.good({"run", "e.toml"});
  const ProcessResult r = zeroth({"report", "e.zeroth", "-o", "e.zeroth", "--overwrite"});
  CHECK(r.exit_code == 2);
  CHECK(has(r.err, "e.zeroth: is a file of results"));
  CHECK(runs_in(zeroth.folder / "e.zeroth") == 16);
}

TEST_CASE("what cannot be printed is exit code 1, and no result is lost", "[cli]") {
  const Shell zeroth;
  CHECK(under_sh(zeroth, "list > /dev/full 2> /dev/null") == 1);
  CHECK(under_sh(zeroth, "--help >&- 2> /dev/null") == 1);
  CHECK(under_sh(zeroth, "rum 2> /dev/full") == 2);
  CHECK(under_sh(zeroth, "rum 2>&-") == 2);
  CHECK(under_sh(zeroth, "run e.toml <&- >&- 2>&-") == 1);
  CHECK(runs_in(zeroth.folder / "e.zeroth") == 16);
  CHECK(under_sh(zeroth, "report e.zeroth > /dev/full 2> /dev/null") == 1);
  CHECK(zeroth({"report", "e.zeroth"}).exit_code == 0);
}

TEST_CASE("a full disk is exit code 1 and a clear message, and the same command goes on", "[cli]") {
  const Shell zeroth(slow);
  REQUIRE(zeroth({"run", "e.toml"}).exit_code == 0);
  CHECK(under_sh(zeroth, "run e.toml -o full.zeroth > out 2> err", "ulimit -f 100") == 1);
  const std::string err = read_all(zeroth.folder / "err");
  INFO(err);
  CHECK(has(err, "full.zeroth: "));
  CHECK_FALSE(has(err, "transaction"));
  CHECK(zeroth({"run", "e.toml", "-o", "full.zeroth"}).exit_code == 0);
  CHECK(zeroth.exported("full.zeroth") == zeroth.exported("e.zeroth"));
}

TEST_CASE("a result file that is taken away while it is written ends the run", "[cli]") {
  const Shell zeroth(slow);
  const ProcessResult r = zeroth({"run", "e.toml", "-j", "1", "--set", "trials=200"}, 1ms, 0, [&] {
    return runs_in(zeroth.folder / "e.zeroth") > 0 &&
           std::filesystem::remove(zeroth.folder / "e.zeroth");
  });
  INFO(r.err);
  CHECK(r.exit_code == 1);
  CHECK(has(r.err, "e.zeroth: was removed, renamed or replaced while it was being written to"));
}

TEST_CASE("a file that changes while runs are made from it ends them", "[cli]") {
  const Shell zeroth(replaced(slow, "dimension", "file = \"data\"\ndimension"));
  const auto data = zeroth.folder.write("data", "old");
  std::filesystem::last_write_time(data, std::filesystem::file_time_type::clock::now() - 1h);
  const ProcessResult r = zeroth({"run", "e.toml", "-j", "1", "--set", "trials=200"}, 1ms, 0, [&] {
    if (runs_in(zeroth.folder / "e.zeroth") < 1) return false;
    zeroth.folder.write("data", "new");
    return true;
  });
  INFO(r.err);
  CHECK(r.exit_code == 2);
  CHECK(has(r.err, "data: has changed since the experiment was begun"));
  const int kept = runs_in(zeroth.folder / "e.zeroth");
  CHECK(has(zeroth({"run", "e.toml", "--set", "trials=200"}).err, "not part of this experiment"));
  zeroth.folder.write("data", "old");
  CHECK(has(zeroth({"run", "e.toml", "--set", "trials=200", "-n"}).err,
            std::to_string(1600 - kept) + " of 1600 runs would be done"));
}

TEST_CASE("an optimizer that gets another label has it in all its runs", "[cli]") {
  const Shell zeroth;
  REQUIRE(zeroth({"run", "e.toml"}).exit_code == 0);
  REQUIRE(zeroth({"run", "e.toml", "--set", "optimizer.zo-sgd.delta=[0.3,3]"}).exit_code == 0);
  const std::string table = zeroth({"report", "e.zeroth"}).out;
  INFO(table);
  CHECK(has(table, "ZO-SGD delta=0.3     8"));
  CHECK_FALSE(has(table, "ZO-SGD    "));
}

TEST_CASE("failed runs are exit code 1, also when nothing is left to do", "[cli]") {
  const Shell zeroth;
  const std::vector<std::string> run{"run", "e.toml", "--set", "problem.quadratic.fails=true"};
  CHECK(zeroth(run).exit_code == 1);
  CHECK(zeroth(run).exit_code == 1);
}

TEST_CASE("failed runs are tried again when asked to, and only they", "[cli]") {
  const Shell zeroth;
  REQUIRE(zeroth({"run", "e.toml"}).exit_code == 0);
  const std::string undisturbed = zeroth.exported("e.zeroth");
  execute_sql(zeroth.folder / "e.zeroth",
              "UPDATE run SET outcome = 'crashed', final_loss = NULL WHERE position IN (3, 10);"
              "UPDATE run SET wall_seconds = 1234 WHERE position = 5;"
              "UPDATE trace SET rows = x'' WHERE key = (SELECT key FROM run WHERE position = 3)");
  const ProcessResult as_it_is = zeroth({"run", "e.toml"});
  CHECK(as_it_is.exit_code == 1);
  CHECK(has(as_it_is.err, "2 runs failed at an earlier start: --retry-failed"));
  CHECK(has(zeroth({"run", "e.toml", "--retry-failed", "--dry-run"}).err, "2 of 16 runs"));
  REQUIRE(zeroth({"run", "e.toml", "--retry-failed", "--only", "*ZO-ADAM*"}).exit_code == 1);
  const ProcessResult again = zeroth({"run", "e.toml", "--retry-failed"});
  CHECK(again.exit_code == 0);
  CHECK(has(again.err, "16 runs are in e.zeroth already, 1 to do"));
  CHECK(zeroth.exported("e.zeroth") == undisturbed);
  const ProcessResult csv = zeroth({"export", "e.zeroth", "--csv", "kept"});
  CHECK(has(read_all(zeroth.folder / "kept" / "runs.csv"), ",1234,"));  // it had not failed
}

TEST_CASE("one experiment may hold both splits, and problems with labels of their own", "[cli]") {
  Shell zeroth;
  const std::string first = "[[problem]]\nuse = \"quadratic\"\n";
  const auto added = [&](const std::string& more) {
    zeroth.folder.write("e.toml", "[budget]\niterations = 5\n[[optimizer]]\nuse = \"zo-sgd\"\n" +
                                      first + first + more);
    return zeroth({"run", "e.toml", "--dry-run"});
  };
  CHECK(has(added("").err, "stands here twice"));
  CHECK(has(added("dimension = 4\n").err, "would both be called 'Quadratic'"));
  CHECK(has(added("split = \"train\"\n").out, "Quadratic/train:0/ZO-SGD/0"));
  CHECK(has(added("dimension = 4\nlabel = \"Four\"\n").out, "Four/test:0/ZO-SGD/0"));
}

TEST_CASE("a file that no parameter names counts by its contents, isolated or not", "[cli]") {
  Shell zeroth;
  zeroth.folder.write("data", "one");
  const std::string file = (zeroth.folder / "data").string();
  zeroth.environment.push_back("ZEROTH_TEST_QUADRATIC_FILE=" + file);
  REQUIRE(zeroth({"run", "e.toml"}).exit_code == 0);
  const ProcessResult again = zeroth({"run", "e.toml", "--isolate"});
  CHECK(again.exit_code == 0);
  CHECK(has(again.err, ", 0 to do"));
  REQUIRE(zeroth({"report", "e.zeroth", "-o", "r.html"}).exit_code == 0);
  CHECK(has(read_all(zeroth.folder / "r.html"), file));
  zeroth.folder.write("data", "two");
  const ProcessResult other = zeroth({"run", "e.toml"});
  CHECK(other.exit_code == 2);
  CHECK(has(other.err, "runs that are not part of this experiment"));
}

TEST_CASE("a broken library is one warning with the whole reason, and the rest works", "[cli]") {
  const Shell zeroth;
  const ProcessResult r = zeroth({"list", "--plugin-dir", zoo});
  CHECK(r.exit_code == 0);
  CHECK(has(r.out, "zo-sgd"));
  CHECK(has(r.out, "zoo-example-gxx"));
  const std::map<std::string, std::string> reasons{
      {"zoo_wrong_major.so", "it needs plugin ABI 2."},
      {"zoo_missing_dependency.so", "libzoo_absent.so: cannot open shared object file"},
      {"zoo_undefined_symbol.so", "undefined symbol"},
      {"zoo_no_entry.so", "exports no zeroth_negotiate"},
      {"zoo_null_entries.so", "a problem is NULL"},
      {"zoo_not_a_library.so", "invalid ELF header|file too short"}};
  for (const auto& [library, reason] : reasons) {
    std::istringstream in(r.err);
    int warnings = 0;
    for (std::string line; std::getline(in, line);) {
      if (!has(line, "/" + library)) continue;
      INFO(line);
      ++warnings;
      bool named = false;
      std::istringstream alternatives(reason);
      for (std::string each; std::getline(alternatives, each, '|');)
        named = named || has(line, each);
      CHECK(named);
    }
    INFO(library);
    CHECK(warnings == 1);
  }
}

TEST_CASE("a library that ends a program while it is loaded costs a warning", "[cli]") {
  Shell zeroth;
  const auto plain = sanitizer_options(plain_signals);
  zeroth.environment.insert(zeroth.environment.end(), plain.begin(), plain.end());
  for (const auto& [name, end] :
       {std::pair("exits", "exit code "), std::pair("crashes", "killed by SIGSEGV")}) {
    const ProcessResult r = zeroth({"list", "--plugin-dir", zoo + "/loading/" + name});
    INFO(r.err);
    CHECK(r.exit_code == 0);
    CHECK(has(r.out, "zo-sgd"));
    CHECK(has(r.err, std::string("/loading/") + name + "/"));
    CHECK(has(r.err, std::string("is left out; a process that tried to load it: ") + end));
  }
  const ProcessResult thrown = zeroth({"list", "--plugin-dir", zoo + "/loading/throws"});
  INFO(thrown.err);
  CHECK(thrown.exit_code == 0);
  CHECK(has(thrown.err, "zoo_undecided: mode is a choice of nothing"));
  const ProcessResult none = zeroth({"list", "--plugin-dir", zeroth.folder.path().string()});
  CHECK(none.exit_code == 0);
  CHECK(has(none.err, "there is no *.so in it"));
}

TEST_CASE("each misbehaving optimizer is one clear outcome", "[cli]") {
  struct Case {
    std::string id, outcome, message;
    int exit_code;
  };
  for (const Case& c : {Case{"zoo-throws", "failed", "the optimizer failed: ", 1},
                        Case{"zoo-nan-query", "non_finite",
                             "the optimizer asked for a point that is not finite", 0},
                        Case{"zoo-insatiable", "budget", "was told to stop and called again", 0}}) {
    const Shell zeroth(
        "[budget]\nqueries = 100\n[[problem]]\nuse = \"quadratic\"\ninstances = "
        "1\n[[optimizer]]\nuse = \"" +
        c.id + "\"\n[[optimizer]]\nuse = \"zo-sgd\"\n");
    const ProcessResult r = zeroth({"run", "e.toml", "--plugin-dir", zoo});
    INFO(r.err);
    CHECK(r.exit_code == c.exit_code);
    const std::string csv = zeroth.exported("e.zeroth");
    INFO(csv);
    CHECK(has(csv, c.outcome));
    CHECK(has(csv, c.message));
    CHECK(has(csv, "ZO-SGD"));
  }
  const Shell zeroth(
      "[budget]\nqueries = 100\n[[problem]]\nuse = \"quadratic\"\n[[optimizer]]\nuse = "
      "\"zoo-throws-int\"\n");
  const ProcessResult refused = zeroth({"run", "e.toml", "--plugin-dir", zoo});
  CHECK(refused.exit_code == 2);
  CHECK(has(refused.err,
            "e.toml:6: optimizer.use: zoo-throws-int: an exception that is no std::exception"));
  CHECK_FALSE(zeroth.exists("e.zeroth"));
}

TEST_CASE("a plugin that crashes the program is named by its run", "[cli]") {
  Shell zeroth(
      "[budget]\nqueries = 100\n[[problem]]\nuse = \"quadratic\"\ninstances = 1\n"
      "[[optimizer]]\nuse = \"zoo-segfault\"\n");
  const auto plain = sanitizer_options(plain_signals);
  zeroth.environment.insert(zeroth.environment.end(), plain.begin(), plain.end());
  const ProcessResult r = zeroth({"run", "e.toml", "--plugin-dir", zoo});
  INFO(r.err);
  CHECK(r.exit_code == 128 + SIGSEGV);
  CHECK(has(r.err, "zeroth: SIGSEGV in Quadratic/test:0/Segfault/0: a plugin has crashed"));
  CHECK(has(r.err, "--isolate"));
}

TEST_CASE("one plugin source gives one trace under every compiler", "[cli]") {
  const Shell zeroth(
      "[budget]\niterations = 50\n[[problem]]\nuse = \"quadratic\"\ndimension = 50\ninstances = 1\n"
      "[[optimizer]]\nuse = \"zoo-example-gxx\"\n");
  REQUIRE(zeroth({"run", "e.toml", "--plugin-dir", zoo}).exit_code == 0);
  const auto trace = [&](const std::string& results) {
    return read_all(zeroth.folder / (results + ".csv") / "trace.csv");
  };
  zeroth.exported("e.zeroth");
  int compared = 0;
  for (const std::string other : {"clangxx", "static"}) {
    if (!std::filesystem::exists(zoo + "/zoo_example_" + other + ".so")) continue;
    zeroth.folder.write("o.toml",
                        "[budget]\niterations = 50\n[[problem]]\nuse = \"quadratic\"\ndimension = "
                        "50\ninstances = 1\n"
                        "[[optimizer]]\nuse = \"zoo-example-" +
                            other + "\"\n");
    REQUIRE(zeroth({"run", "o.toml", "--plugin-dir", zoo, "-o", other}).exit_code == 0);
    zeroth.exported(other);
    CHECK(trace(other) == trace("e.zeroth"));
    ++compared;
  }
  CHECK(compared > 0);
}
