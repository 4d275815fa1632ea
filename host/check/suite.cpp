#include "check/suite.hpp"

namespace zeroth::host::check {

const std::vector<Test>& all_tests() {
  static const std::vector<Test> tests = [] {
    std::vector<Test> all;
    add_library_tests(all);
    add_description_tests(Scope::optimizer, all);
    add_optimizer_tests(all);
    add_process_tests(Scope::optimizer, all);
    add_description_tests(Scope::problem, all);
    add_problem_tests(all);
    add_process_tests(Scope::problem, all);
    return all;
  }();
  return tests;
}

}  // namespace zeroth::host::check
