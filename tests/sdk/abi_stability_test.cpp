// What released plugins were built against holds for ever: the first header is kept in
// tests/data/abi, with its layout as printed by abi_layout.c, and a plugin over it.
#include <map>
#include <sstream>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

using zeroth::test::ProcessResult;
using zeroth::test::read_all;
using zeroth::test::run_program;
using zeroth::test::run_zeroth;
using zeroth::test::TemporaryFolder;

namespace {

const std::string golden = read_all(ZEROTH_SOURCE_DIR "/tests/data/abi/layout_1_0.txt");

std::string layout_of(const std::string& header) {
  const ProcessResult r =
      run_program({std::string(ZEROTH_BINARY_DIR "/tests/sdk/abi_layout_") + header}, "/");
  INFO(r.err);
  REQUIRE(r.exit_code == 0);
  return r.out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("the first header has the layout on file, with every field in it", "[abi]") {
  CHECK(layout_of("first") == golden);
}

TEST_CASE("in today's header nothing of the first has moved, and structs only grow", "[abi]") {
  const std::vector<std::string> first = lines_of(golden), today = lines_of(layout_of("today"));
  REQUIRE(first.size() > 150);
  REQUIRE(first.size() == today.size());
  std::string type;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const std::string& line = first[i];
    if (line.rfind("zeroth_", 0) == 0) type = line;
    INFO(type);
    unsigned before = 0, now = 0;
    const auto number = [&](const char* format, unsigned least) {
      REQUIRE(std::sscanf(line.c_str(), format, &before) == 1);
      REQUIRE(std::sscanf(today[i].c_str(), format, &now) == 1);
      CHECK(before >= least);
      CHECK(now >= before);
    };
    const bool for_ever = type == "zeroth_message" || type == "zeroth_value";  // they never grow
    if (line.rfind("ZEROTH_ABI_MINOR", 0) == 0) {
      number("ZEROTH_ABI_MINOR = %u", 0);
    } else if (line.rfind("  size", 0) == 0 && !for_ever) {
      number("  size %u bytes", 1);
    } else {
      CHECK(today[i] == line);
    }
  }
}

TEST_CASE("a plugin over the first header is loaded and run by today's host", "[abi]") {
  const TemporaryFolder folder;
  folder.write("e.toml", R"(
[budget]
queries = 100
[[problem]]
use = "first-problem"
note = "kept"
colour = "green"
shifted = false
[[optimizer]]
use = "first-optimizer"
)");
  const std::vector<std::string> environment{"ZEROTH_PLUGIN_PATH=" ZEROTH_BINARY_DIR
                                             "/tests/sdk/first_abi"};
  const auto zeroth = [&](const std::vector<std::string>& arguments) {
    const ProcessResult r = run_zeroth(arguments, folder.path(), environment);
    INFO(r.err);
    CHECK(r.err.find("warning") == std::string::npos);
    REQUIRE(r.exit_code == 0);
    return r.out;
  };
  const std::string described = zeroth({"describe", "first-problem"});
  for (const char* part : {"-9", "1 .. 8", "true", "none", "red | green", "file"}) {
    INFO(described);
    CHECK(described.find(part) != std::string::npos);
  }
  zeroth({"run", "e.toml"});
  zeroth({"export", "e.zeroth", "--csv", "."});
  // Three steps along each coordinate and one too far: 16 queries, at the optimum (3, 3).
  const std::vector<std::string> rows = lines_of(read_all(folder / "runs.csv"));
  REQUIRE(rows.size() == 2);
  INFO(rows[1]);
  CHECK(rows[1].find(",completed,,8,16,18") != std::string::npos);
  CHECK(rows[1].substr(rows[1].rfind(',')) == ",3");  // the metric
}
