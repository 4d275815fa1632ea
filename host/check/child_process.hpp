// This program again, in a process of its own.
#pragma once

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
/// standard output is lost, its process group is its own and is killed once it has ended or when
/// the time is over; it is killed when the thread that called ends. Throws std::runtime_error when
/// no process can be started.  Threads: any.
Ending run_child(const std::vector<std::string>& arguments, double timeout_seconds);

/// Called first in the child.
void prepare_child();
/// From the child to Ending::report; what is sent later is appended.
void send_report(const std::string& text);

}  // namespace zeroth::host::check
