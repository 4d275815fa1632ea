#include "adversarial_attack/data_folder.hpp"

#include <zeroth/error.hpp>

#include <cstdlib>
#include <system_error>
#include <utility>

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

std::string remedy(const std::string& fetch) {
  return "; fetch the data with `" + fetch +
         "`, or set the parameter data or the environment variable ZEROTH_DATA to the folder that "
         "holds mnist/ or cifar10/";
}

constexpr const char* beside = "../shared/data";

fs::path installed() {
  const std::string xdg = environment("XDG_DATA_HOME");
  const fs::path home =
      xdg.empty() ? fs::path(environment("HOME")) / ".local/share" : fs::path(xdg);
  return home / "zeroth/data";
}

}  // namespace

std::optional<fs::path> find_data_folder(const std::string& given, const std::string& fetch) {
  const std::string set = environment("ZEROTH_DATA");
  const std::string& named = given.empty() ? set : given;
  if (!named.empty()) {
    if (is_folder(named)) return named;
    throw Error((given.empty() ? "$ZEROTH_DATA: " : "") + named + ": there is no such folder" +
                remedy(fetch));
  }
  for (const fs::path& usual : {fs::path(beside), installed()}) {
    if (is_folder(usual)) return usual;
  }
  return std::nullopt;
}

fs::path data_folder(const std::string& given, const std::string& fetch) {
  if (std::optional<fs::path> found = find_data_folder(given, fetch)) return *std::move(found);
  std::error_code ignored;
  throw Error("no data: looked for a folder at $ZEROTH_DATA (not set), " +
              (fs::current_path(ignored) / beside).lexically_normal().string() + ", " +
              installed().string() + remedy(fetch));
}

}  // namespace zeroth::attack
