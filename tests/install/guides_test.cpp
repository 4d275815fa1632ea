// The guides do what they say: their blocks are carried out in order.
#include <sstream>

#include "install/installation.hpp"

using zeroth::test::Installation;
using zeroth::test::read_all;

namespace {

// A shell script of all blocks of a guide: ```sh is run; any other is written to the file that its
// first line names in a comment, or, without one, goes on with the file of that language.
std::string script_of(const std::string& guide) {
  std::istringstream in(read_all(ZEROTH_SOURCE_DIR "/share/doc/" + guide));
  std::string script = "set -eux\n", language, file, line;
  bool first = false;
  int blocks = 0;
  while (std::getline(in, line)) {
    if (line.rfind("```", 0) == 0) {
      if (language.empty()) {
        language = line.substr(3);
        REQUIRE((language == "sh" || language == "cpp" || language == "toml"));
        first = true;
        ++blocks;
      } else {
        if (language != "sh") script += "END_OF_BLOCK\n";
        language.clear();
      }
      continue;
    }
    if (language.empty()) continue;
    if (first && language != "sh") {
      const std::string comment = language == "cpp" ? "// " : "# ";
      const bool named =
          line.rfind(comment, 0) == 0 && line.find(' ', comment.size()) == std::string::npos;
      if (named) file = line.substr(comment.size());
      script += "cat " + std::string(named ? ">" : ">>") + file + " <<'END_OF_BLOCK'\n";
    }
    first = false;
    script += line + "\n";
  }
  REQUIRE(blocks > 5);
  return script;
}

void carry_out(const std::string& guide, const std::vector<std::string>& expected) {
  const Installation zeroth;
  const auto r = zeroth.run({"sh", "-c", script_of(guide)}, zeroth.work());
  INFO(r.out << r.err);
  CHECK(r.exit_code == 0);
  for (const std::string& part : expected) CHECK_THAT(r.out, ContainsSubstring(part));
}

}  // namespace

TEST_CASE("the guide to an optimizer, block by block", "[guides]") {
  carry_out("write_an_optimizer.md", {"spsa/experiment", "slopes measured", "settling", "a=3"});
}

TEST_CASE("the guide to a problem, block by block", "[guides]") {
  carry_out("write_a_problem.md", {"valley/experiment", "Chained Rosenbrock", "ZO-ADAM"});
}
