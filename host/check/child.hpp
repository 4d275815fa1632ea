// What happens in the process of a test.
#pragma once

#include <string>
#include <vector>

#include "check/finding.hpp"
#include "plan/plan.hpp"

namespace zeroth::host::check {

/// The first word of the command line of a child.
inline constexpr const char* child_command = "check-child";

/// Runs what the rest of the command line asks for, sends a report in JSON, and returns the exit
/// code.
///   LIBRARY offers                         {"optimizers": [id...], "problems": [id...]}
///   LIBRARY settings SETTING...            {"wrong": text, "remedy": text}, or nothing
///   LIBRARY SCOPE/INDEX/TEST [SETTING...]  {"verdict": number, "reason": text}
int child_main(const std::vector<std::string>& arguments, const ResolvePath& resolve);

/// Sends the finding and ends the process: for where nothing can be thrown.
[[noreturn]] void conclude(const Finding& finding);

}  // namespace zeroth::host::check
