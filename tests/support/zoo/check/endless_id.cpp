#include "honest.hpp"
namespace {
struct EndlessId : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() {
    static const std::string id(2'000'000, 'a');
    return zoo::optimizer_info(id.c_str());
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<EndlessId>())
