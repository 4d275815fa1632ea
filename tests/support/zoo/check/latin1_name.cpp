#include "honest.hpp"
namespace {
struct Latin1Name : zoo::Bowl {};
struct Suite : zoo::SuiteOf<Latin1Name> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() {
    auto info = zoo::problem_info("zoo-latin1-name");
    info.name = "Sch\xFCssel";
    return info;
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::problem<Suite>())
