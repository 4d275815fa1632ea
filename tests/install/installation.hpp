// Zeroth installed somewhere, then moved.
#pragma once

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

namespace zeroth::test {

class Installation {
 public:
  /// component  "program", "sdk", or both.
  explicit Installation(const std::string& component = "") {
    const std::string first = (folder_ / "first").string();
    std::vector<std::string> install{"cmake", "--install", ZEROTH_BINARY_DIR, "--prefix", first};
    if (!component.empty()) install.insert(install.end(), {"--component", component});
    const ProcessResult r = run_program(install, "/");
    INFO(r.err);
    REQUIRE(r.exit_code == 0);
    std::filesystem::rename(first, prefix());
    std::filesystem::create_directory(work());
  }

  std::filesystem::path prefix() const { return folder_ / "moved"; }
  /// An empty folder to work in.
  std::filesystem::path work() const { return folder_ / "work"; }
  /// What `cmake --install --prefix ~/.local` would write to.
  std::filesystem::path home() const { return folder_ / "home"; }

  /// Runs a program with the installed `zeroth` and SDK in the paths of a user, who has nothing
  /// else of ours.
  ProcessResult run(const std::vector<std::string>& words,
                    const std::filesystem::path& folder) const {
    const std::string moved = prefix().string();
    return run_program(
        words, folder,
        {"PATH=" + moved + "/bin:" + std::getenv("PATH"), "CMAKE_PREFIX_PATH=" + moved,
         "PKG_CONFIG_PATH=" + moved + "/share/pkgconfig", "ZEROTH_PLUGIN_PATH=",
         "XDG_DATA_HOME=" + home().string() + "/.local/share", "HOME=" + home().string()});
  }
  /// Its standard output; exit code 0 is required.
  std::string output(const std::vector<std::string>& words,
                     const std::filesystem::path& folder) const {
    const ProcessResult r = run(words, folder);
    INFO(r.out << r.err);
    REQUIRE(r.exit_code == 0);
    CHECK(r.err.find("warning") == std::string::npos);
    return r.out;
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace zeroth::test
