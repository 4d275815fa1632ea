#include <stddef.h>
#include <zeroth/abi.h>

static zeroth_status create(const zeroth_optimizer* self, const zeroth_value* values,
                            void** instance, zeroth_message* message) {
  (void)self, (void)values, (void)message;
  *instance = NULL;
  return ZEROTH_OK;
}
static void destroy(void* instance) { (void)instance; }

static zeroth_status solve(void* instance, const zeroth_run* run) {
  double f = 0;
  (void)instance;
  while (run->evaluate(run, 1, run->initial_point, &f) == ZEROTH_OK) {
    if (run->iterate(run, run->initial_point) != ZEROTH_OK) break;
  }
  return ZEROTH_OK;
}
static const void* extension(const zeroth_optimizer* self, const char* id) {
  (void)self, (void)id;
  return NULL;
}

zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library) {
  static const zeroth_optimizer stays = {sizeof stays,
                                         ZEROTH_THREADS_ANY,
                                         ZEROTH_HANDLES_BOUNDS,
                                         "zoo-stateless",
                                         "Stateless",
                                         "1.0.0",
                                         "Stays where it is.",
                                         "",
                                         0,
                                         NULL,
                                         create,
                                         destroy,
                                         solve,
                                         extension};
  static const zeroth_optimizer* const optimizers[1] = {&stays};
  (void)host;
  library->struct_size = sizeof *library;
  library->abi_major = ZEROTH_ABI_MAJOR;
  library->abi_minor = 0;
  library->name = "zoo-stateless";
  library->version = "1.0.0";
  library->optimizer_count = 1;
  library->optimizers = optimizers;
  library->problem_count = 0;
  library->problems = NULL;
  return ZEROTH_OK;
}
