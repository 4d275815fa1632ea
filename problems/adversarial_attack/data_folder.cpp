#include "adversarial_attack/data_folder.hpp"

#include <zeroth/error.hpp>

#include <cstdlib>
#include <vector>

namespace zeroth::attack {
namespace {

namespace fs = std::filesystem;

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

fs::path data_folder(const std::string& given) {
  const std::string remedy =
      "; fetch a data set with `cmake -P share/data/fetch.cmake mnist` (or cifar10), or set the "
      "parameter data or the environment variable ZEROTH_DATA to the folder that holds mnist/ or "
      "cifar10/";
  if (!given.empty()) {
    if (!is_folder(given)) throw Error(given + ": there is no such folder" + remedy);
    return given;
  }
  std::string looked_at = "$ZEROTH_DATA (not set)";
  const auto consider = [&looked_at](const std::string& said, const fs::path& folder) {
    looked_at += ", " + said;
    return is_folder(folder);
  };
  const std::string set = environment("ZEROTH_DATA");
  if (!set.empty()) {
    if (!is_folder(set)) throw Error("$ZEROTH_DATA: " + set + ": there is no such folder" + remedy);
    return set;
  }
  fs::path beside = "../shared/data";
  std::error_code ignored;
  const fs::path here = fs::current_path(ignored);
  if (consider((here / beside).lexically_normal().string(), beside)) return beside;
  const std::string xdg = environment("XDG_DATA_HOME");
  const fs::path home =
      xdg.empty() ? fs::path(environment("HOME")) / ".local/share" : fs::path(xdg);
  fs::path installed = home / "zeroth/data";
  if (consider(installed.string(), installed)) return installed;
  throw Error("no data: looked for a folder at " + looked_at + remedy);
}

}  // namespace zeroth::attack
