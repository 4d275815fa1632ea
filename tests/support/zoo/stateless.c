#include "check/answer.h"

static zeroth_status create_none(const zeroth_optimizer* self, const zeroth_value* values,
                                 void** instance, zeroth_message* message) {
  (void)self, (void)values, (void)message;
  *instance = 0;
  return ZEROTH_OK;
}

zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library) {
  static const zeroth_optimizer stateless = {sizeof stateless,
                                             ZEROTH_THREADS_ANY,
                                             ZEROTH_HANDLES_BOUNDS,
                                             "zoo-stateless",
                                             "Stateless",
                                             "1.0.0",
                                             "Stays where it is.",
                                             "",
                                             0,
                                             0,
                                             create_none,
                                             zoo_destroy,
                                             zoo_solve,
                                             0};
  static const zeroth_optimizer* const optimizers[] = {&stateless};
  const zeroth_status status = zoo_answer(host, library);
  if (status == ZEROTH_OK) library->optimizers = optimizers;
  return status;
}
