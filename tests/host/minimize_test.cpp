// `zeroth minimize`, as a user runs it.
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

using zeroth::test::ProcessResult;
using zeroth::test::read_all;
using zeroth::test::run_zeroth;
using zeroth::test::TemporaryFolder;

namespace {

// A folder, and the program in it: its seed comes from the command, which must not say where the
// build tree is.
struct Shell {
  Shell() { std::filesystem::create_symlink(ZEROTH_OBJECTIVE_PROGRAM, folder / "objective"); }
  ProcessResult operator()(std::vector<std::string> arguments) const {
    return run_zeroth(arguments, folder.path(), {"XDG_DATA_HOME=/nowhere"});
  }
  // `zeroth minimize` of the test program in that mode.
  ProcessResult minimize(const std::string& mode, std::vector<std::string> more) const {
    std::vector<std::string> all{"minimize", "--command", "exec ./objective " + mode};
    all.insert(all.end(), more.begin(), more.end());
    return (*this)(all);
  }
  // A line of sh in the folder; $Z is the program, $P the test program.  Exit code.
  int sh(const std::string& line) const {
    const int status = std::system(
        ("cd '" + folder.path().string() +
         "' && Z=" ZEROTH_BINARY_DIR "/bin/zeroth P=" ZEROTH_OBJECTIVE_PROGRAM " && " + line)
            .c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  // `zeroth` with these arguments, killed soon after the line of sh is true.
  void kill_once(const std::string& is_true, const std::string& arguments) const {
    sh("{ $Z " + arguments + " >out 2>err & } && p=$! && for i in $(seq 600); do " + is_true +
       " && break; sleep 0.1; done; sleep 0.3; kill -KILL $p; wait $p");
  }
  std::vector<pid_t> programs() const {
    std::vector<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("pid-")) found.push_back(std::stoi(name.substr(4)));
    }
    return found;
  }
  bool exists(const std::string& name) const { return std::filesystem::exists(folder / name); }
  TemporaryFolder folder;
};

constexpr const char* has_a_value = "$Z report minimize.zeroth 2>/dev/null | grep -q 'so far'";

double rosenbrock(const std::vector<double>& x) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double a = 1 - x[i], b = x[i + 1] - x[i] * x[i];
    sum += a * a + 100 * b * b;
  }
  return sum;
}

bool gone(pid_t process) {
  for (int i = 0; i < 2000; ++i) {
    if (kill(process, 0) != 0) return true;
    // Whom nobody waits for: the first process of a container may not.
    if (read_all("/proc/" + std::to_string(process) + "/stat").find(") Z ") != std::string::npos)
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace

TEST_CASE("four copies of a program minimise Rosenbrock's function in ten dimensions",
          "[minimize]") {
  const Shell zeroth;
  // No copy answers before four run.
  const ProcessResult r = zeroth.minimize(
      ". . 4", {"-d", "10", "--bounds", "-5,5", "--queries", "7000", "-j", "4", "--json"});
  INFO(r.err);
  REQUIRE(r.exit_code == 0);
  const auto found = nlohmann::json::parse(r.out);
  CHECK(found["queries"] == 7000);
  CHECK(found["f"].get<double>() <= 1e-8);
  const auto x = found["x"].get<std::vector<double>>();
  REQUIRE(x.size() == 10);
  CHECK(rosenbrock(x) == found["f"].get<double>());
  CHECK(found["query"] <= found["queries"]);
  CHECK(zeroth.programs().size() == 4);
  for (const pid_t each : zeroth.programs()) CHECK(gone(each));
  CHECK(zeroth({"report", "minimize.zeroth"}).out.find("CMA-ES") != std::string::npos);
}

TEST_CASE("minimize finds the same at any number of threads and counts every call", "[minimize]") {
  std::vector<std::string> traces;
  for (const char* threads : {"1", "3"}) {
    const Shell zeroth;
    const ProcessResult r = zeroth.minimize(
        "good", {"-d", "4", "-b", "-2,2", "-n", "333", "-j", threads, "-o", "out.zeroth"});
    INFO(r.err);
    REQUIRE(r.exit_code == 0);
    CHECK(r.out.starts_with("f = "));
    CHECK(r.out.find("all queries are spent: 333 queries by cma-es") != std::string::npos);
    CHECK(zeroth({"export", "out.zeroth", "--csv", "csv"}).exit_code == 0);
    traces.push_back(r.out.substr(0, r.out.find("\n\n")) +
                     read_all(zeroth.folder / "csv/trace.csv"));
  }
  CHECK(traces[0] == traces[1]);
}

TEST_CASE("minimize writes over nothing", "[minimize]") {
  const Shell zeroth;
  const std::vector<std::string> few{"-d", "2", "-n", "10"};
  CHECK(zeroth.minimize("good", few).exit_code == 0);
  CHECK(zeroth.minimize("good", few).exit_code == 0);
  CHECK((zeroth.exists("minimize.zeroth") && zeroth.exists("minimize-2.zeroth")));
  const ProcessResult r = zeroth.minimize("good", {"-d", "2", "-n", "10", "-o", "minimize.zeroth"});
  CHECK(r.exit_code == 2);
  CHECK(r.err.find("minimize.zeroth: is there already") != std::string::npos);
}

TEST_CASE("each of six at once has a result file of its own", "[minimize]") {
  const Shell zeroth;
  CHECK(zeroth.sh("for i in 1 2 3 4 5 6; do $Z minimize --command \"exec $P good\" -d 2 -n 50 "
                  "-j 1 >out-$i 2>err-$i & done; wait; cat err-*; "
                  "[ $(sed -n 's/.*all points in //p' out-* | sort -u | wc -l) = 6 ]") == 0);
  for (const char* n : {"", "-2", "-3", "-4", "-5", "-6"}) {
    const std::string file = std::string("minimize") + n + ".zeroth";
    CHECK(zeroth({"report", file}).out.starts_with("1 run in " + file));
  }
}

TEST_CASE("a reader that has gone costs minimize no result", "[minimize]") {
  const Shell zeroth;
  // So many numbers that they do not wait in a buffer.
  CHECK(zeroth.sh(
            "$Z minimize --command \"exec $P good .\" -d 400 -b -5,5 --start random -n 100 2>err | "
            "true; "
            "$Z export minimize.zeroth --csv c >/dev/null && grep -q ',100,' c/runs.csv") == 0);
  CHECK(zeroth.sh("$Z minimize --command \"exec $P good .\" -d 2 -n 100 --json -o full.zeroth "
                  ">/dev/full 2>err") == 1);
  CHECK(zeroth({"report", "full.zeroth"}).out.starts_with("1 run in"));
}

TEST_CASE("a result that cannot be stored is printed, and says so", "[minimize]") {
  const Shell zeroth;
  CHECK(zeroth.sh("{ $Z minimize --command \"$P takes-time .\" -d 2 -n 100000000 -j 1 >out 2>err & "
                  "} && p=$! && for i in $(seq 600); do ls pid-* >err-ls 2>&1 && break; sleep 0.1; "
                  "done; sleep 0.5; rm minimize.zeroth; kill -INT $p; wait $p") == 1);
  const std::string out = read_all(zeroth.folder / "out"), err = read_all(zeroth.folder / "err");
  INFO(out << err);
  CHECK(out.starts_with("f = "));
  CHECK(out.find("all points in") == std::string::npos);
  CHECK(err.find("error: minimize.zeroth: was removed") != std::string::npos);
}

TEST_CASE("minimize says what is wrong before the program runs", "[minimize]") {
  const Shell zeroth;
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"-d", "2"}, "--queries N or --seconds S is missing"},
      {{"-n", "10"}, "dimension: is missing"},
      {{"-n", "10", "-d", "2", "-b", "5,-5"}, "bounds: '5,-5' leaves no room"},
      {{"-n", "10", "-d", "2", "--optimizer", "cma-se"}, "did you mean 'cma-es'?"},
      {{"-n", "10", "-d", "2", "--set", "sgima=1"}, "did you mean 'sigma'?"},
      {{"-n", "10", "-d", "2", "--set", "sigma=[1,2]"}, "nothing is swept here"},
      {{"-n", "10", "-d", "2", "--set", "problem.retires=1"}, "did you mean 'retries'?"},
      {{"-n", "1e3", "-d", "2"}, "--queries: must be a whole number, is '1e3'"},
      {{"-n", "10", "-d", "2", "--protocol", "xml"}, "'xml' is none of its choices"},
      {{"-n", "10", "-d", "2", "-o", "none/x"}, "its folder does not exist"}};
  for (const auto& [arguments, part] : cases) {
    CAPTURE(part);
    const ProcessResult r = zeroth.minimize("good .", arguments);
    CAPTURE(r.err);
    CHECK(r.exit_code == 2);
    CHECK(r.err.find(part) != std::string::npos);
  }
  CHECK(zeroth.programs().empty());
  CHECK_FALSE(zeroth.exists("minimize.zeroth"));
}

TEST_CASE("bad points cost minimize nothing but themselves", "[minimize]") {
  for (const char* mode : {"killed", "garbage", "twice", "nan"}) {
    DYNAMIC_SECTION(mode) {
      const Shell zeroth;
      const ProcessResult r =
          zeroth.minimize(mode, {"-d", "2", "--start", "-1,1", "-n", "60", "--json", "--set",
                                 "problem.max_failures=1000"});
      INFO(r.err);
      CHECK(r.exit_code == 0);
      const auto found = nlohmann::json::parse(r.out);
      CHECK(found["queries"] == 60);
      CHECK(found["f"] <= 4.0);
      CHECK(found["x"][0] <= 0.0);
    }
  }
}

TEST_CASE("a program that fails always ends minimize with its last words", "[minimize]") {
  const Shell zeroth;
  const ProcessResult r = zeroth.minimize("killed", {"--start", "1,1", "-n", "60"});
  CHECK(r.exit_code == 1);
  CHECK(r.out.find("no point has a value") != std::string::npos);
  CHECK(r.err.find("killed by signal 9") != std::string::npos);
  CHECK(r.err.find("about to die") != std::string::npos);
  CHECK(r.err.find("; try: echo '1 1' | ") != std::string::npos);
  CHECK_FALSE(zeroth.exists("minimize.zeroth"));
  const ProcessResult nans = zeroth({"minimize", "--command", "while read x; do echo nan; done",
                                     "-d", "2", "-b", "-1,1", "-n", "20"});
  CHECK(nans.exit_code == 1);
  CHECK(nans.out.find("no point has a value") != std::string::npos);
  const ProcessResult none = zeroth({"minimize", "--command", "/no/such", "-d", "1", "-n", "5"});
  CHECK(none.exit_code == 1);
  CHECK(none.err.find("'/no/such' cannot be run") != std::string::npos);
}

TEST_CASE("Ctrl-C ends minimize with the best so far, which is kept", "[minimize]") {
  const Shell zeroth;
  const int code = zeroth.sh(
      "{ $Z minimize --command \"$P takes-time .\" -d 2 -n 100000000 -j 1 >out 2>err & } && p=$! "
      "&& "
      "while [ -z \"$(ls pid-* 2>/dev/null)\" ]; do sleep 0.1; done && sleep 0.5 && kill -INT $p "
      "&& "
      "wait $p");
  INFO(read_all(zeroth.folder / "err"));
  CHECK(code == 130);
  const std::string out = read_all(zeroth.folder / "out");
  CHECK(out.starts_with("f = "));
  CHECK(out.find("interrupted: ") != std::string::npos);
  CHECK(zeroth.exists("minimize.zeroth"));
  for (const pid_t each : zeroth.programs()) CHECK(gone(each));
}

TEST_CASE("a terminal that goes ends minimize like Ctrl-C, unless it is started with nohup",
          "[minimize]") {
  const Shell zeroth;
  const std::string start = "{ $Z minimize --command \"$P takes-time .\" -d 2 -j 1 >out 2>err ";
  const std::string hang_up =
      "& } && p=$! && while [ -z \"$(ls pid-* 2>/dev/null)\" ]; do sleep 0.1; done && sleep 0.5 "
      "&& kill -HUP $p && kill -HUP $p && wait $p";
  CHECK(zeroth.sh(start + "-n 100000000 " + hang_up) == 130);
  CHECK(read_all(zeroth.folder / "out").find("interrupted: ") != std::string::npos);
  CHECK(zeroth({"report", "minimize.zeroth"}).out.starts_with("1 run in"));
  zeroth.sh("rm pid-*");
  CHECK(zeroth.sh("trap '' HUP; " + start + "-n 400 " + hang_up) == 0);
  CHECK(read_all(zeroth.folder / "out").find("all queries are spent") != std::string::npos);
}

TEST_CASE("the best so far is in the file of a minimize that is killed", "[minimize]") {
  const Shell zeroth;
  zeroth.kill_once(has_a_value, "minimize --command \"$P takes-time .\" -d 2 -n 100000000 -j 1");
  const std::string report = zeroth({"report", "minimize.zeroth"}).out;
  INFO(report);
  CHECK(report.starts_with("1 run in"));
  CHECK(report.find("CMA-ES, the best of ") != std::string::npos);
  CHECK(zeroth({"report", "minimize.zeroth", "-o", "page.html"}).exit_code == 0);
  CHECK(zeroth({"export", "minimize.zeroth", "--csv", "csv"}).exit_code == 0);
  const std::string runs = read_all(zeroth.folder / "csv/runs.csv");
  CHECK(runs.find(",interrupted,\"under way, or cut off; the best so far is f = ") !=
        std::string::npos);
  CHECK(runs.find(" at x = ") != std::string::npos);
}

TEST_CASE("a search that was cut off goes on and asks for no point that is known", "[minimize]") {
  const Shell zeroth;
  const std::string search = "minimize --command \"tee -a asked | $P takes-time\" -d 2 -j 1 ";
  CHECK(zeroth.sh("$Z " + search + "-n 400 -o whole.zeroth >whole.out 2>err && rm asked") == 0);
  zeroth.kill_once(has_a_value, search + "-n 300");
  CHECK(zeroth.sh("$Z export minimize.zeroth --csv cut 2>err && cp asked asked-then") == 0);
  const auto lines_in = [&](const char* name) {
    const std::string text = read_all(zeroth.folder / name);
    return std::count(text.begin(), text.end(), '\n');
  };
  const auto known = lines_in("cut/points.csv") - 1, asked_then = lines_in("asked-then");
  CHECK((known > 0 && known <= asked_then && known < 300));
  const ProcessResult r = zeroth(
      {"minimize", "--resume", "minimize.zeroth", "-j", "2", "-n", "400", "--timeout", "100"});
  INFO(r.err);
  CHECK(r.exit_code == 0);
  CHECK(r.err.find("going on from " + std::to_string(known) + " points of minimize.zeroth") !=
        std::string::npos);
  const std::string whole = read_all(zeroth.folder / "whole.out");
  CHECK(r.out.substr(0, r.out.find(" in ")) == whole.substr(0, whole.find(" in ")));
  CHECK(zeroth({"export", "minimize.zeroth", "--csv", "csv"}).exit_code == 0);
  CHECK(zeroth({"export", "whole.zeroth", "--csv", "whole"}).exit_code == 0);
  for (const char* table : {"trace.csv", "points.csv"})
    CHECK(read_all(zeroth.folder / "csv" / table) == read_all(zeroth.folder / "whole" / table));
  CHECK(lines_in("csv/runs.csv") == 2);
  CHECK(lines_in("asked") == asked_then + lines_in("whole/points.csv") - 1 - known);
  // All is known now; a program that is gone is no loss, nor is less than there is.
  std::filesystem::remove(zeroth.folder / "asked");
  CHECK(zeroth({"minimize", "--resume", "minimize.zeroth"}).out.find("400 queries") !=
        std::string::npos);
  CHECK(zeroth({"minimize", "--resume", "minimize.zeroth", "-n", "50"}).exit_code == 0);
  CHECK(zeroth({"report", "minimize.zeroth", "-o", "page.html"}).exit_code == 0);
  CHECK(zeroth({"export", "minimize.zeroth", "--csv", "csv", "--overwrite"}).exit_code == 0);
  CHECK(read_all(zeroth.folder / "csv/runs.csv").find(",400,") != std::string::npos);
  CHECK_FALSE(zeroth.exists("asked"));
}

TEST_CASE("a program that was gone for a while costs the search nothing", "[minimize]") {
  const Shell zeroth;
  const std::string search =
      "export P && touch there && $Z minimize --command 'test -e there && exec $P good' -d 2 -j 1 "
      "--optimizer zo-adam --set q=3 ";
  CHECK(zeroth.sh(search + "-n 200 -o whole.zeroth >whole.out 2>err") == 0);
  CHECK(zeroth.sh(search + "-n 90 >out 2>err") == 0);
  const std::string resume = "minimize --resume ../minimize.zeroth ";
  CHECK(zeroth.sh("mkdir elsewhere && cd elsewhere && $Z " + resume + "-n 200 >out 2>err") == 1);
  CHECK(read_all(zeroth.folder / "elsewhere/err").find("the search was begun in ") !=
        std::string::npos);
  CHECK(zeroth.sh(
            "$Z export minimize.zeroth --csv csv 2>err && grep ',,' csv/points.csv >failed") == 0);
  // As many queries as were asked for last, though that went wrong.
  CHECK(zeroth.sh("export P && $Z minimize --resume minimize.zeroth >out 2>err") == 0);
  const std::string whole = read_all(zeroth.folder / "whole.out");
  const std::string out = read_all(zeroth.folder / "out");
  CHECK(out.substr(0, out.find(" in ")) == whole.substr(0, whole.find(" in ")));
}

TEST_CASE("a search keeps the best of all its points however it goes on", "[minimize]") {
  const Shell zeroth;
  // Better for a while than ever after.
  CHECK(zeroth.sh("echo 'n=0; while read x y; do n=$((n + 1)); echo $((n + shift)); done' >sim && "
                  "$Z minimize --command '. ./sim' -d 2 -j 1 -n 60 --optimizer random-search "
                  "--start 0 >out 2>err") == 0);
  CHECK(read_all(zeroth.folder / "out").starts_with("f = 1\n"));
  const int code = zeroth.sh(
      "export shift=1000 && $Z minimize --resume minimize.zeroth -n 80 >out 2>err && $Z report "
      "minimize.zeroth >report");
  CHECK(code == 0);
  CHECK(read_all(zeroth.folder / "out").starts_with("f = 1\n"));
  CHECK(read_all(zeroth.folder / "report").find("best of all points: f = 1 ") != std::string::npos);
  // The best comes last, and less is asked for than there is.
  CHECK(
      zeroth.sh("echo 'n=100; while read x y; do n=$((n - 1)); echo $n; done' >sim && $Z "
                "minimize --command '. ./sim' -d 2 -j 1 -n 60 --optimizer random-search --start 0 "
                "-o falls.zeroth >out 2>err && $Z minimize --resume falls.zeroth -n 10 >less "
                "2>err") == 0);
  const std::string out = read_all(zeroth.folder / "out");
  const std::string best = out.substr(0, out.find("\n\n"));
  REQUIRE(best.starts_with("f = "));
  CHECK(read_all(zeroth.folder / "less").starts_with(best + "\n"));
}

TEST_CASE("a search that was killed before its first value can be gone on with", "[minimize]") {
  const Shell zeroth;
  zeroth.kill_once("[ -s minimize.zeroth ]",
                   "minimize --command 'test -e go || sleep 1000; exec $P good' -d 2 -j 1 -n 20");
  const int code =
      zeroth.sh("touch go && export P && $Z minimize --resume minimize.zeroth >out 2>err");
  INFO(read_all(zeroth.folder / "err"));
  CHECK(code == 0);
  CHECK(read_all(zeroth.folder / "err").find("going on from 0 points") != std::string::npos);
  CHECK(read_all(zeroth.folder / "out").find("20 queries") != std::string::npos);
}

TEST_CASE("what no search can go on with is left as it is", "[minimize]") {
  const Shell zeroth;
  CHECK(zeroth.sh("echo text >text && printf '[budget]\niterations = 1\n[[problem]]\nuse = "
                  "\"binary-classification\"\ninstances = 1\n[[optimizer]]\nuse = \"zo-sgd\"\n' "
                  ">e.toml && $Z run e.toml -o run.zeroth >out 2>err") == 0);
  const std::string text = read_all(zeroth.folder / "text");
  const std::string report = zeroth({"report", "run.zeroth"}).out;
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"--resume", "none.zeroth"}, "none.zeroth: is not there"},
      {{"--resume", "text"}, "text: is not a Zeroth result file"},
      {{"--resume", "run.zeroth"}, "run.zeroth: holds no search of `zeroth minimize`"},
      {{"--resume", "run.zeroth", "--bounds", "-1,1"}, "--bounds: cannot be given with --resume"},
      {{"--resume", "run.zeroth", "--optimizer", "cma-es"}, "--optimizer: cannot be given"},
      {{"--resume", "run.zeroth", "--set", "sigma=1"}, "--set: cannot be given with --resume"}};
  for (const auto& [arguments, part] : cases) {
    CAPTURE(part);
    std::vector<std::string> all{"minimize"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const ProcessResult r = zeroth(all);
    CAPTURE(r.err);
    CHECK(r.exit_code == 2);
    CHECK(r.err.find(part) != std::string::npos);
  }
  CHECK_FALSE(zeroth.exists("none.zeroth"));
  CHECK(read_all(zeroth.folder / "text") == text);
  CHECK(zeroth({"report", "run.zeroth"}).out == report);
}

TEST_CASE("minimize says what it waits for once its time is over", "[minimize]") {
  const Shell zeroth;
  CHECK(zeroth.sh("{ $Z minimize --command \"exec $P hangs-later .\" -d 2 --seconds 0.1 -j 1 >out "
                  "2>err & } && p=$!; for i in $(seq 600); do grep -q 'the time is over: waiting "
                  "for the points under way; --timeout S' err && break; sleep 0.1; done; "
                  "kill -KILL $p; wait $p; grep -q 'the time is over' err") == 0);
  for (const pid_t each : zeroth.programs()) CHECK(gone(each));
}

TEST_CASE("a working folder that is gone is called so", "[minimize]") {
  const Shell zeroth;
  const std::string there = "-o " + (zeroth.folder / "m.zeroth").string();
  for (const std::string& output : {std::string(), there}) {
    CHECK(zeroth.sh("mkdir gone && { cd gone && rmdir ../gone && $Z minimize --command cat -d 1 -n "
                    "1 " +
                    output + "; } 2>err") == 2);
    CHECK(read_all(zeroth.folder / "err") ==
          "error: the current folder: is gone\n  cd to one that is there\n");
  }
}

TEST_CASE("programs die with a host that is killed, also when they hang", "[minimize]") {
  const Shell zeroth;
  // Each answers once and then hangs: it does not see that its input ends.
  zeroth.sh(
      "{ $Z minimize --command \"exec $P hangs-later . 2\" -d 2 -n 1000 -j 2 >out 2>err & } && "
      "p=$! && "
      "while [ $(ls pid-* 2>/dev/null | wc -l) -lt 2 ]; do sleep 0.1; done && sleep 0.5 && "
      "kill -KILL $p && wait $p");
  const std::vector<pid_t> programs = zeroth.programs();
  CHECK(programs.size() == 2);
  for (const pid_t each : programs) CHECK(gone(each));
}

TEST_CASE("the examples of programs are what they say", "[minimize]") {
  const Shell zeroth;
  const std::string examples = ZEROTH_SOURCE_DIR "/share/examples/";
  ProcessResult r = zeroth({"minimize", "--command", "sh " + examples + "simulator.sh", "-d", "2",
                            "--bounds", "-5,5", "-n", "60", "--json"});
  INFO(r.err);
  REQUIRE(r.exit_code == 0);
  CHECK(nlohmann::json::parse(r.out)["f"] < 50);
  r = zeroth({"minimize", "--command", "sh " + examples + "once.sh", "--set", "problem.once=true",
              "--start", "3,3", "-n", "30", "--json"});
  REQUIRE(r.exit_code == 0);
  CHECK(nlohmann::json::parse(r.out)["f"] < 3604);
  if (std::system("python3 -c pass >/dev/null 2>&1") != 0) {
    WARN("skipped: there is no python3");
    return;
  }
  r = zeroth({"minimize", "--command", "python3 " + examples + "rosenbrock.py", "-d", "10",
              "--bounds", "-5,5", "-n", "20000", "--target", "1e-6", "-j", "4", "--json"});
  REQUIRE(r.exit_code == 0);
  CHECK(nlohmann::json::parse(r.out)["outcome"] == "target");
  r = zeroth({"minimize", "--command", "python3 " + examples + "beam_json.py", "--protocol", "json",
              "--batch", "4", "--bounds", "0.01,0.2; 0.01,0.4", "-n", "600", "--json"});
  REQUIRE(r.exit_code == 0);
  CHECK(nlohmann::json::parse(r.out)["f"] < 60);
}
