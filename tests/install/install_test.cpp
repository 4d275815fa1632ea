// What is installed works where it is moved to, for a user who has nothing else of ours.
#include "install/installation.hpp"
#include "support/zo_lstm_weights.hpp"

using zeroth::test::Installation;
using zeroth::test::ProcessResult;
using zeroth::test::read_all;
using zeroth::test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> workflow{"cmake", "--workflow", "--preset", "default"};

void write(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("an installed program that was moved finds its plugins, experiments and weights",
          "[install]") {
  const Installation zeroth;
  const std::string list = zeroth.output({"zeroth", "list"}, zeroth.work());
  for (const char* id : {"zo-sgd", "zo-signsgd", "zo-adam", "guided-es", "random-search", "zo-lstm",
                         "binary-classification", "adversarial-attack"}) {
    CHECK_THAT(list, ContainsSubstring(id));
  }
  CHECK_THAT(
      zeroth.output({"zeroth", "describe", "zo-adam"}, zeroth.work()),
      ContainsSubstring("File: " + (zeroth.prefix() / "lib/zeroth/plugins/zo_adam.so").string()));
  const fs::path share = zeroth.prefix() / "share" / "zeroth";
  const fs::path guide = share / "doc/problems/command/README.md";
  CHECK(fs::exists(guide));
  CHECK_THAT(zeroth.output({"zeroth", "describe", "command"}, zeroth.work()),
             ContainsSubstring("Reference: " + guide.string()));
  CHECK_THAT(zeroth.output({"zeroth", "minimize", "--help"}, zeroth.work()),
             ContainsSubstring((share / "examples").string()));
  CHECK_THAT(zeroth.output({"zeroth", "run", (share / "experiments/quickstart.toml").string(),
                            "--set", "budget.iterations=3"},
                           zeroth.work()),
             ContainsSubstring("Guided"));
  const TemporaryFolder made;
  fs::create_directories(share / "weights");
  fs::copy_file(zeroth::test::untrained_weights(made, 0.1), share / "weights/moved.safetensors");
  write(zeroth.work() / "lstm.toml", R"(
[budget]
iterations = 2
[[problem]]
use = "binary-classification"
instances = 1
[[optimizer]]
use = "zo-lstm"
weights = "weights/moved.safetensors"
)");
  zeroth.output({"zeroth", "run", "lstm.toml"}, zeroth.work());
}

TEST_CASE("program and SDK are installed alone, and the one says when it misses the other",
          "[install]") {
  const Installation sdk("sdk"), program("program");
  CHECK(!fs::exists(sdk.prefix() / "bin"));
  CHECK(!fs::exists(sdk.prefix() / "lib"));
  CHECK(fs::exists(sdk.prefix() / "include/zeroth/abi.h"));
  CHECK(!fs::exists(program.prefix() / "include"));
  const ProcessResult r =
      program.run({"zeroth", "new", "optimizer", "trust-region"}, program.work());
  CHECK(r.exit_code == 2);
  CHECK_THAT(r.err, ContainsSubstring("libzeroth-dev"));
  CHECK(fs::is_empty(program.work()));
}

TEST_CASE("the template builds with one command, passes its tests and is found once installed",
          "[install]") {
  const Installation zeroth;
  fs::copy(zeroth.prefix() / "share/zeroth-sdk/template", zeroth.work() / "t",
           fs::copy_options::recursive);
  const std::string built = zeroth.output(workflow, zeroth.work() / "t");
  CHECK_THAT(built, ContainsSubstring("100% tests passed"));
  CHECK_THAT(built, ContainsSubstring("my_optimizer/check"));
  CHECK_THAT(built, ContainsSubstring("my_optimizer/experiment"));
  CHECK_THAT(built, ContainsSubstring("my_problem/check"));
  CHECK_THAT(built, ContainsSubstring("my_problem/experiment"));
  zeroth.output({"cmake", "--install", "build", "--prefix", (zeroth.home() / ".local").string()},
                zeroth.work() / "t");
  const std::string list = zeroth.output({"zeroth", "list"}, zeroth.work());
  CHECK_THAT(list, ContainsSubstring("my-optimizer"));
  CHECK_THAT(list, ContainsSubstring("my-problem"));
}

TEST_CASE("a test of the template fails when the target is not reached", "[install]") {
  const Installation zeroth;
  fs::copy(zeroth.prefix() / "share/zeroth-sdk/template", zeroth.work() / "t",
           fs::copy_options::recursive);
  std::string text = read_all(zeroth.work() / "t/optimizer/experiment.toml");
  text.replace(text.find("target = 0.1"), 12, "target = 0.0");
  write(zeroth.work() / "t/optimizer/experiment.toml", text);
  fs::copy_file(zeroth.work() / "t/CMakePresets.json",
                zeroth.work() / "t/optimizer/CMakePresets.json");
  const ProcessResult r = zeroth.run(workflow, zeroth.work() / "t/optimizer");
  CHECK(r.exit_code != 0);
  CHECK_THAT(r.out, ContainsSubstring("9 of 9 runs did not reach the target"));
}

TEST_CASE("the example in C builds without a C++ compiler and passes its tests", "[install]") {
  const Installation zeroth;
  fs::copy(zeroth.prefix() / "share/zeroth-sdk/example_c", zeroth.work() / "c",
           fs::copy_options::recursive);
  const fs::path c = zeroth.work() / "c";
  zeroth.output({"cmake", "-B", "build", "-DCMAKE_C_FLAGS=-Wall -Wextra -Wpedantic -Werror"}, c);
  CHECK(read_all(c / "build/CMakeCache.txt").find("CMAKE_CXX_COMPILER:") == std::string::npos);
  zeroth.output({"cmake", "--build", "build"}, c);
  CHECK_THAT(zeroth.output({"ctest", "--test-dir", "build"}, c),
             ContainsSubstring("100% tests passed"));
}

TEST_CASE("an unrelated project finds the SDK with CMake, and with pkg-config", "[install]") {
  const Installation zeroth;
  write(zeroth.work() / "CMakeLists.txt", R"(
cmake_minimum_required(VERSION 3.23)
project(unrelated LANGUAGES CXX)
find_package(zeroth 0.1 REQUIRED)
add_library(reader OBJECT reader.cpp)
target_link_libraries(reader PRIVATE zeroth::safetensors)
)");
  write(zeroth.work() / "reader.cpp",
        "#include <zeroth/safetensors.hpp>\n#include <zeroth/problem.hpp>\n");
  zeroth.output({"cmake", "-B", "build"}, zeroth.work());
  zeroth.output({"cmake", "--build", "build"}, zeroth.work());

  const std::string source =
      (zeroth.prefix() / "share/zeroth-sdk/template/optimizer/my_optimizer.cpp").string();
  zeroth.output({"sh", "-c",
                 "c++ -std=c++20 -fPIC -shared $(pkg-config --cflags --libs zeroth) " + source +
                     " -o lone.so"},
                zeroth.work());
  CHECK_THAT(zeroth.output({"zeroth", "list", "--plugin-dir", "."}, zeroth.work()),
             ContainsSubstring("my-optimizer"));
  const std::string symbols =
      zeroth.output({"nm", "-D", "--defined-only", "lone.so"}, zeroth.work());
  CHECK(std::count(symbols.begin(), symbols.end(), '\n') == 1);
  CHECK_THAT(symbols, ContainsSubstring("zeroth_negotiate"));
}

TEST_CASE("a new optimizer and a new problem build and pass under their own names", "[install]") {
  const Installation zeroth;
  CHECK_THAT(
      zeroth.run({"zeroth", "new", "optimizer", "trust-region-2", "-o", "o"}, zeroth.work()).err,
      ContainsSubstring("export CMAKE_PREFIX_PATH=" + zeroth.prefix().string() + "\n"));
  zeroth.output({"zeroth", "new", "problem", "valley"}, zeroth.work());
  const std::string o = zeroth.output(workflow, zeroth.work() / "o");
  CHECK_THAT(o, ContainsSubstring("trust_region_2/experiment"));
  CHECK_THAT(o, ContainsSubstring("100% tests passed"));
  const std::string described = zeroth.output(
      {"zeroth", "describe", "trust-region-2", "--plugin-dir", "o/build"}, zeroth.work());
  CHECK_THAT(described, ContainsSubstring("Trust region 2"));
  CHECK_THAT(read_all(zeroth.work() / "o/trust_region_2.cpp"),
             ContainsSubstring("class TrustRegion2"));
  CHECK_THAT(zeroth.output(workflow, zeroth.work() / "valley"),
             ContainsSubstring("100% tests passed"));
  for (const auto& file : fs::recursive_directory_iterator(zeroth.work() / "o")) {
    if (file.path().string().find("/build") != std::string::npos) continue;
    const std::string text = read_all(file.path());
    INFO(file.path() << "\n" << text);
    for (const char* left : {"my-", "my_", "My"}) CHECK(text.find(left) == std::string::npos);
  }
}

TEST_CASE("zeroth new refuses what would not work, and writes nothing then", "[install]") {
  const Installation zeroth;
  write(zeroth.work() / "a-file", "");
  fs::create_directory(zeroth.work() / "full");
  write(zeroth.work() / "full/precious", "data");
  const std::vector<std::pair<std::vector<std::string>, std::string>> refused{
      {{"optimizer", "Trust"}, "cannot be the id"},
      {{"optimizer", "trust_region"}, "cannot be the id"},
      {{"optimizer", "trust--region"}, "cannot be the id"},
      {{"optimizer", "trust-"}, "cannot be the id"},
      {{"optimizer", "2-opt"}, "cannot be the id"},
      {{"problem", "../escape"}, "cannot be the id"},
      {{"optimizer", std::string(65, 'a')}, "cannot be the id"},
      {{"optimizer", "test"}, "CMake"},
      {{"optimizer", "zo-adam"}, "there is an optimizer 'zo-adam' already"},
      {{"optimizer", "new-one", "-o", "full"}, "full: is there already"},
      {{"optimizer", "a-file"}, "a-file: is there already"},
      {{"optimiser", "new-one"}, "did you mean 'optimizer'?"},
      {{"optimizer"}, "the NAME is missing"},
      {{}, "is missing"}};
  for (const auto& [arguments, message] : refused) {
    std::vector<std::string> words{"zeroth", "new"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const ProcessResult r = zeroth.run(words, zeroth.work());
    INFO(message << ": " << r.err);
    CHECK(r.exit_code == 2);
    CHECK_THAT(r.err, ContainsSubstring(message));
  }
  CHECK(std::distance(fs::directory_iterator(zeroth.work()), {}) == 2);
  CHECK(read_all(zeroth.work() / "full/precious") == "data");
}

TEST_CASE("bash completes commands, options, names and files", "[install]") {
  const Installation zeroth;
  write(zeroth.work() / "small.toml", "");
  write(zeroth.work() / "small.zeroth", "");
  fs::create_directory(zeroth.work() / "folder");
  // What bash would offer for the last word.
  const auto offered = [&](const std::string& line) {
    const std::string script =
        "source ../moved/share/bash-completion/completions/zeroth; COMP_WORDS=(" + line +
        "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _zeroth zeroth \"${COMP_WORDS[COMP_CWORD]}\" "
        "\"${COMP_WORDS[COMP_CWORD - 1]}\"; printf '%s ' \"${COMPREPLY[@]}\"";
    return zeroth.output({"bash", "-c", script}, zeroth.work());
  };
  CHECK(offered("zeroth re") == "report ");
  CHECK(offered("zeroth --v") == "--version ");
  CHECK(offered("zeroth run --dr") == "--dry-run ");
  CHECK(offered("zeroth run --plug") == "--plugin-dir ");
  CHECK(offered("zeroth run ''") == "folder small.toml ");
  CHECK(offered("zeroth report s") == "small.zeroth ");
  CHECK(offered("zeroth export small.zeroth --csv ''") == "folder ");
  CHECK(offered("zeroth describe guided") == "guided-es ");
  CHECK(offered("zeroth describe binary") == "binary-classification ");
  CHECK(offered("zeroth list o") == "optimizers ");
  CHECK(offered("zeroth new p") == "problem ");
  CHECK(offered("zeroth run --threads ''") == " ");
  CHECK(offered("zeroth run -o small.z") == "small.zeroth ");
  CHECK(offered("zeroth run --dry-run sm") == "small.toml ");
  write(zeroth.work() / "with blanks.zeroth", "");
  CHECK(offered("zeroth run -o with") == "with blanks.zeroth ");
}
