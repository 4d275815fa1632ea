// The tests of the conformance check, by name.
#pragma once

#include <string>
#include <vector>

#include "check/finding.hpp"

namespace zeroth::host::check {

class Context;

/// What a test is about: the library as a whole, or one of its optimizers or problems.
enum class Scope { library, optimizer, problem };
inline const char* name_of(Scope scope) {
  constexpr const char* names[] = {"library", "optimizer", "problem"};
  return names[static_cast<int>(scope)];
}

struct Test {
  Scope scope;
  const char* name;
  const char* claim;  // what a pass says, one sentence
  const char* needs;  // a test of the same scope that must not fail, or "library/NAME"; "" for none
  void (*body)(Context&);  // returns for a pass, else throws Ended; runs in a process of its own
};

/// In the order of reports: a test stands behind the one that it needs.
const std::vector<Test>& all_tests();

// Each file of tests adds its own.
void add_library_tests(std::vector<Test>& tests);
void add_description_tests(Scope scope, std::vector<Test>& tests);
void add_process_tests(Scope scope, std::vector<Test>& tests);
void add_optimizer_tests(std::vector<Test>& tests);
void add_problem_tests(std::vector<Test>& tests);

}  // namespace zeroth::host::check
