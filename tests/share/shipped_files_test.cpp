// What share/ holds for the program, run as its first lines say, at the smallest scale.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "share/run_on_real_data.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/temporary_folder.hpp"
#include "support/work_folder.hpp"

using zeroth::test::ProcessResult;
using zeroth::test::run_on_real_data;
using zeroth::test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

const fs::path share = fs::path(ZEROTH_SOURCE_DIR) / "share";

struct Shipped {
  fs::path file;
  std::string text;
  bool has(const std::string& part) const { return text.find(part) != std::string::npos; }
};

/// Files of a folder of share, by name; those that need real data only where there is some.
std::vector<Shipped> shipped(const fs::path& folder) {
  std::vector<Shipped> all;
  for (const fs::directory_entry& entry : fs::directory_iterator(share / folder)) {
    if (entry.path().extension() != ".toml") continue;
    std::ifstream in(entry.path());
    Shipped each{entry.path(),
                 {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}};
    if (each.has("ZEROTH_DATA") && !zeroth::test::data_folder()) {
      WARN("skipped for want of data: " << each.file.filename().string());
    } else {
      all.push_back(each);
    }
  }
  std::sort(all.begin(), all.end(),
            [](const Shipped& a, const Shipped& b) { return a.file < b.file; });
  return all;
}

}  // namespace

TEST_CASE("every experiment of the paper runs at the scale of a smoke test", "[share]") {
  const TemporaryFolder folder;
  for (const Shipped& experiment : shipped("experiments/paper")) {
    const std::string name = experiment.file.stem().string();
    CAPTURE(name);
    CHECK(experiment.has("share/experiments/paper/" + name + ".toml"));
    const ProcessResult run = run_on_real_data(
        folder, {"run", experiment.file.string(), "--set", "scale=smoke", "-o", name});
    CAPTURE(run.err);
    CHECK(run.exit_code == 0);
    CHECK(run.err.find("failed") == std::string::npos);
    const ProcessResult report = run_on_real_data(folder, {"report", name, "-o", name + ".html"});
    CAPTURE(report.err);
    CHECK(report.exit_code == 0);
  }
}

TEST_CASE("every training runs at the scale of a smoke test", "[share]") {
  const TemporaryFolder folder;
  for (const Shipped& training : shipped("training")) {
    const std::string name = training.file.stem().string();
    CAPTURE(name);
    const ProcessResult run = run_on_real_data(
        folder, {"train", training.file.string(), "--set", "scale=smoke", "-o", name});
    CAPTURE(run.err);
    CHECK(run.exit_code == 0);
    CHECK(fs::exists(folder / name));
  }
}

TEST_CASE("every other experiment can be planned", "[share]") {
  const TemporaryFolder folder;
  for (const Shipped& experiment : shipped("experiments")) {
    CAPTURE(experiment.file.string());
    if (experiment.has("nlopt-") || experiment.has("pagmo-")) continue;  // not built everywhere
    const ProcessResult plan =
        run_on_real_data(folder, {"run", experiment.file.string(), "--dry-run"});
    CAPTURE(plan.err);
    CHECK(plan.exit_code == 0);
  }
}
