#include "honest.hpp"
namespace {
struct AnyExtension : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-any-extension"); }
  static const void* extension(const std::string& id) {
    static const int table[64] = {};
    return id == ZEROTH_TRAINABLE_1 ? nullptr : &table;
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<AnyExtension>())
