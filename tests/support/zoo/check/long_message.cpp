#include <cstring>
#include "honest.hpp"
namespace {
struct LongMessage : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() {
    auto info = zoo::optimizer_info("zoo-long-message");
    info.parameters = {zeroth::real("step", 0.1, zeroth::positive, "step")};
    return info;
  }
  static zeroth_status create(const zeroth_optimizer*, const zeroth_value* values, void** instance,
                              zeroth_message* message) {
    if (values[0].real > 0) {
      *instance = new LongMessage(zeroth::Values(values, 1));
      return ZEROTH_OK;
    }
    if (message) std::strcpy(message->text, "the step is not positive");  // NOLINT: its fault
    return ZEROTH_BAD_ARGUMENT;
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zoo::changed_optimizer<LongMessage>([](zeroth_optimizer& o) {
                 o.create = LongMessage::create;
               }))
