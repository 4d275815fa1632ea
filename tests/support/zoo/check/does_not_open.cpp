#include "honest.hpp"
namespace {
struct DoesNotOpen : zoo::Bowl {};
struct Suite : zoo::SuiteOf<DoesNotOpen> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() { return zoo::problem_info("zoo-does-not-open"); }
  std::unique_ptr<DoesNotOpen> open(zeroth::Split split, std::uint64_t) const {
    if (split == zeroth::Split::train) throw zeroth::Error("the training data is lost");
    return std::make_unique<DoesNotOpen>();
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::problem<Suite>())
