#include <fmt/color.h>
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "awake_clock.hpp"
#include "cli/commands.hpp"
#include "isolate/isolation.hpp"
#include "printable.hpp"
#include "user_error.hpp"

// What can throw beyond the last catch is printing itself.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape)
  using namespace zeroth::host;
  const auto say = [](const std::string& text) {
    const std::string prefix = colours(STDERR_FILENO)
                                   ? fmt::format(fmt::fg(fmt::terminal_color::red), "error:")
                                   : "error:";
    std::fputs(fmt::format("{} {}\n", prefix, printable(text)).c_str(), stderr);
  };
  if (argc == 4 && std::string(argv[1]) == "worker")
    return serve_worker(std::atol(argv[2]), std::atol(argv[3]));
  try {
    secure_standard_streams();
    AwakeClock::watch_stops();
    std::signal(SIGXFSZ, SIG_IGN);  // a write over the limit is an error like any other
    std::signal(SIGCHLD, SIG_DFL);  // whoever started us may ignore it: then no exit is ever known
    Terminal terminal;
    std::vector<std::string> plugin_folders;
    const Commands commands = make_commands(terminal, plugin_folders);
    const int code = dispatch(std::vector<std::string>(argv + 1, argv + argc), commands,
                              plugin_folders, std::cout);
    flush_standard_output();
    return code;
  } catch (const UserError& error) {
    say(error.what());
    if (!error.remedy().empty())
      std::fputs(fmt::format("  {}\n", printable(error.remedy())).c_str(), stderr);
    return 2;
  } catch (const std::exception& error) {
    say(error.what());
    return 1;
  }
}
