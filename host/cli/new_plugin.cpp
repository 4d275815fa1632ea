// `zeroth new`: the template of the SDK under the user's name.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "bytes.hpp"
#include "cli/commands.hpp"
#include "cli/paths.hpp"
#include "printable.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace fs = std::filesystem;

namespace {

bool lower(char c) { return c >= 'a' && c <= 'z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

void check_name(const std::string& name) {
  bool good = !name.empty() && lower(name.front()) && name.back() != '-' && name.size() <= 64;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool hyphen = name[i] == '-' && i > 0 && name[i - 1] != '-';
    good = good && (lower(name[i]) || digit(name[i]) || hyphen);
  }
  if (!good) {
    throw UserError("command line", fmt::format("'{}' cannot be the id of a plugin", name),
                    "lower-case letters and digits, words joined by a hyphen, at most 64 in all: "
                    "trust-region");
  }
  static const std::vector<std::string> targets{"all",           "clean",   "depend",  "edit-cache",
                                                "help",          "install", "package", "preinstall",
                                                "rebuild-cache", "test"};
  if (std::find(targets.begin(), targets.end(), name) != targets.end()) {
    throw UserError("command line", fmt::format("'{}' is a word of CMake's", name),
                    fmt::format("choose a name that says more, such as {}-search", name));
  }
}

// trust-region: trust_region, TrustRegion, "Trust region".
struct Names {
  explicit Names(const std::string& id) : kebab(id), snake(id), title(id) {
    std::replace(snake.begin(), snake.end(), '-', '_');
    std::replace(title.begin(), title.end(), '-', ' ');
    const auto upper = [](char c) { return lower(c) ? static_cast<char>(c - 'a' + 'A') : c; };
    title.front() = upper(title.front());
    for (std::size_t i = 0; i < id.size(); ++i) {
      if (id[i] != '-') pascal += i == 0 || id[i - 1] == '-' ? upper(id[i]) : id[i];
    }
  }
  std::string kebab, snake, pascal, title;
};

std::string replaced(std::string text, const std::string& old, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(old, at)) != std::string::npos; at += with.size()) {
    text.replace(at, old.size(), with);
  }
  return text;
}

std::string renamed(std::string text, const Names& old, const Names& with) {
  text = replaced(std::move(text), old.kebab, with.kebab);
  text = replaced(std::move(text), old.snake, with.snake);
  text = replaced(std::move(text), old.pascal, with.pascal);
  return replaced(std::move(text), old.title, with.title);
}

std::vector<fs::path> files_of_template(const std::string& kind) {
  const fs::path folder = template_folder();
  std::error_code error;
  if (!fs::is_directory(folder / kind, error)) {
    throw UserError("zeroth new", fmt::format("there is no template in {}", folder.string()),
                    "install the SDK beside the program: the package libzeroth-dev, or `cmake "
                    "--install` with the component sdk");
  }
  std::vector<fs::path> files{folder / "CMakePresets.json"};
  for (const auto& entry : fs::directory_iterator(folder / kind)) files.push_back(entry.path());
  return files;
}

// CMake finds an SDK where the system has its packages by itself.
std::string how_to_build() {
  const fs::path prefix = template_folder().parent_path().parent_path().parent_path();
  std::error_code error;
  const bool installed = !fs::exists(prefix / "CMakeCache.txt", error);  // else it is a build tree
  std::string lines =
      installed ? "" : fmt::format("  cmake --install {} --prefix ~/.local\n", prefix.string());
  if (prefix != "/usr" && prefix != "/usr/local") {
    lines +=
        fmt::format("  export CMAKE_PREFIX_PATH={}\n", installed ? prefix.string() : "~/.local");
  }
  return lines + "  cmake --workflow --preset default    # configures, builds and tests";
}

}  // namespace

int new_plugin(Terminal& terminal, const Registry& registry, const NewOptions& options) {
  check_name(options.name);
  const Descriptor* taken = options.kind == "optimizer" ? registry.optimizer(options.name)
                                                        : registry.problem(options.name);
  if (taken != nullptr) {
    throw UserError("command line",
                    fmt::format("there is {} '{}' already, in {}",
                                options.kind == "optimizer" ? "an optimizer" : "a problem",
                                options.name, taken->library.string()),
                    "choose another name");
  }
  const std::vector<fs::path> files = files_of_template(options.kind);
  const fs::path folder = options.output;
  std::error_code error;
  const bool empty = fs::is_directory(folder, error) && fs::is_empty(folder, error);
  if (fs::exists(fs::symlink_status(folder, error)) && !empty) {
    throw UserError(folder.string(), "is there already", "-o DIR chooses another folder");
  }
  fs::create_directories(folder);
  const Names old("my-" + options.kind), with(options.name);
  for (const fs::path& file : files) {
    const fs::path target = folder / renamed(file.filename().string(), old, with);
    write_bytes(target, renamed(read_bytes(file), old, with));
  }
  terminal.note(fmt::format("wrote {} files into {}; next:\n  cd {}\n{}", files.size(),
                            folder.string(), shell_word(folder.string()), how_to_build()));
  return 0;
}

}  // namespace zeroth::host
