// `zeroth check`: a plugin through its tests.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "check/check.hpp"
#include "check/child.hpp"
#include "check/report.hpp"
#include "cli/commands.hpp"
#include "cli/environment.hpp"
#include "cli/paths.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

namespace fs = std::filesystem;

// Paths in --set are as typed in a shell: from the current folder.
ResolvePath resolve_here() { return resolve_beside(fs::current_path() / "settings"); }

}  // namespace

int check_plugin(Terminal& terminal, const CheckOptions& options) {
  if (options.list) {
    fmt::print("{}", check::list_tests());
    return 0;
  }
  std::error_code error;
  if (fs::is_directory(options.library, error))
    throw UserError(options.library, "is a folder", "name a plugin's file in it");
  if (!fs::is_regular_file(options.library, error))
    throw UserError(options.library, "there is no such file",
                    "name a plugin's file, such as ./my_plugin.so");
  for (const std::string& setting : options.settings) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0)
      throw UserError("--set " + setting, "is not of the form key=value");
  }
  const check::Order order{fs::absolute(options.library), options.settings};
  const std::atomic<bool>& interrupted = watch_for_interruption();
  const std::vector<check::Result> results = check::check_library(
      order, {options.only, options.timeout_seconds, options.processes, &interrupted},
      [&](std::size_t done, std::size_t total) {
        terminal.progress(fmt::format("{}/{} tests", done, total));
      });
  terminal.clear_progress();
  if (interrupted) {
    terminal.note("interrupted");
    return 130;
  }
  fmt::print("{}", options.json ? check::format_json(order.file, results)
                                : check::format(results, colours(STDOUT_FILENO)));
  return check::failed(results) ? 1 : 0;
}

int check_child(const std::vector<std::string>& arguments) {
  return check::child_main(arguments, resolve_here());
}

}  // namespace zeroth::host
