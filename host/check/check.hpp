// The conformance check of one library: every test in a process of its own.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "check/context.hpp"
#include "check/finding.hpp"

namespace zeroth::host::check {

struct Options {
  std::vector<std::string> only;              // patterns as of matches(); empty: all
  double timeout_seconds = 10;                // of a test
  int processes = 1;                          // at a time
  const std::atomic<bool>* cancel = nullptr;  // once set, no test goes on or begins
};

/// What came of a test on one subject.
struct Result {
  std::string group;  // "library", "optimizer zo-sgd", "problem bbob"
  std::string name;   // "library/loads", "optimizer/zo-sgd/stop": what --only matches
  const Test* test = nullptr;
  Finding finding;
  std::string last_errors;  // of standard error, where the test did not pass
  double seconds = 0;
};

/// Runs the tests; on_result is called from any thread, one at a time, with how many are done and
/// how many there are.  Results are in the order of all_tests(), subject by subject.
/// A test whose need fails is skipped.  Of a library that does not say what it offers, the tests of
/// the library are run, whatever `only` says.  Cancelled, it returns what was done by then.
/// Throws UserError for settings that the library does not take, and patterns that match nothing.
std::vector<Result> check_library(
    const Order& order, const Options& options,
    const std::function<void(std::size_t done, std::size_t total)>& on_result);

/// Whether some failed or crashed.
bool failed(const std::vector<Result>& results);

}  // namespace zeroth::host::check
