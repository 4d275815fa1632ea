#include <fmt/color.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <iostream>

#include "cli/commands.hpp"
#include "user_error.hpp"

// What can throw beyond the last catch is printing itself.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape)
  using namespace zeroth::host;
  const auto say = [](const std::string& text) {
    const std::string prefix = colours(STDERR_FILENO)
                                   ? fmt::format(fmt::fg(fmt::terminal_color::red), "error:")
                                   : "error:";
    fmt::print(stderr, "{} {}\n", prefix, text);
  };
  try {
    Terminal terminal;
    std::vector<std::string> plugin_folders;
    const Commands commands = make_commands(terminal, plugin_folders);
    return dispatch(std::vector<std::string>(argv + 1, argv + argc), commands, plugin_folders,
                    std::cout);
  } catch (const UserError& error) {
    say(error.what());
    if (!error.remedy().empty()) fmt::print(stderr, "  {}\n", error.remedy());
    return 2;
  } catch (const std::exception& error) {
    say(error.what());
    return 1;
  }
}
