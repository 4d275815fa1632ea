#include "honest.hpp"
namespace {
struct OpensBeyond : zoo::Bowl {};
struct Suite : zoo::SuiteOf<OpensBeyond> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() { return zoo::problem_info("zoo-opens-beyond"); }
  static zeroth_status open_more(const void* suite, std::int32_t split, std::uint64_t index,
                                 zeroth_instance* instance, zeroth_message* message) {
    const std::uint32_t size = instance->struct_size;
    const zeroth_status status =
        zeroth::problem<Suite>().problem->open(suite, split, index, instance, message);
    instance->struct_size = size;  // says that it has filled all
    return status;
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1",
               zoo::changed_problem<Suite>([](zeroth_problem& p) { p.open = Suite::open_more; }))
