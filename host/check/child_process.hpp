// This program again, in a process of its own.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace zeroth::host::check {

/// How a child process ended.
struct Ending {
  std::string report;       // what it sent
  std::string last_errors;  // the last lines of its standard error
  std::string death;  // "killed by SIGSEGV (...)", "did not end within 10 s"; empty: exit code 0
};

/// Starts this program with the arguments and waits for its end.  Its standard input is empty, its
/// standard output is lost, and the folder for temporary files (TMPDIR) is its own, empty, and
/// removed in the end.  Once it has ended, the time is over or it is cancelled, it is killed with
/// all that it has started; it is killed when the thread that called ends.  Throws UserError when
/// there is no place for temporary files, std::runtime_error when no process can be started.
/// Threads: any.
Ending run_child(const std::vector<std::string>& arguments, double timeout_seconds,
                 const std::function<bool()>& cancelled);

/// Called first in the child.  It may allocate half of the machine's memory.
void prepare_child();
/// From the child to Ending::report; what is sent later is appended.
void send_report(const std::string& text);

}  // namespace zeroth::host::check
