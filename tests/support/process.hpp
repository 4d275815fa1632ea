// Runs a program as a user would, and keeps what it said.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace zeroth::test {

struct ProcessResult {
  int exit_code = -1;  // 128 + signal when killed
  std::string out, err;
};

/// Runs a program, named by its path or looked for in PATH, with the arguments after it, in the
/// folder.
/// environment  "NAME=value" each, added to ours.
/// kill_after   if positive: SIGKILL (or `signal`) after that time.
/// once         if given: that time begins when this is true, and not before; at most a minute.
ProcessResult run_program(std::vector<std::string> words, const std::filesystem::path& folder,
                          const std::vector<std::string>& environment = {},
                          std::chrono::milliseconds kill_after = std::chrono::milliseconds(0),
                          int signal = 9, const std::function<bool()>& once = nullptr);

/// The same with `zeroth` of this build, which `arguments` leave out.
ProcessResult run_zeroth(const std::vector<std::string>& arguments,
                         const std::filesystem::path& folder,
                         const std::vector<std::string>& environment = {},
                         std::chrono::milliseconds kill_after = std::chrono::milliseconds(0),
                         int signal = 9, const std::function<bool()>& once = nullptr);

/// The numbers of the processes with this text in their environment.
std::vector<int> processes_with(const std::string& text);

/// For `environment`: the options of the sanitizers as they are here, and `more`, such as
/// "a=0:b=1".
std::vector<std::string> sanitizer_options(const std::string& more);

/// A program that a signal ends, ends by it also under a sanitizer, which would exit with a code.
inline const std::string plain_signals = "handle_segv=0:handle_sigbus=0:handle_abort=0";

}  // namespace zeroth::test
