/* The smallest library that negotiates: one optimizer that returns at once.  Each plugin that
 * includes this breaks one thing. */
#include <string.h>
#include <zeroth/abi.h>

static zeroth_status zoo_create(const zeroth_optimizer* self, const zeroth_value* values,
                                void** instance, zeroth_message* message) {
  (void)values;
  (void)message;
  *instance = (void*)self;
  return ZEROTH_OK;
}
static void zoo_destroy(void* instance) { (void)instance; }
/* Asks for the value of the start, twice for seed 2. */
static zeroth_status zoo_solve(void* instance, const zeroth_run* run) {
  double f = 0;
  uint64_t asked;
  zeroth_status status = ZEROTH_OK;
  (void)instance;
  for (asked = 0; asked < (run->seed == 2 ? 2u : 1u) && status >= 0; ++asked) {
    status = run->evaluate(run, 1, run->initial_point, &f);
    if (status == ZEROTH_STOP) return ZEROTH_OK;
  }
  if (status >= 0) status = run->iterate(run, run->initial_point);
  return status < 0 ? status : ZEROTH_OK;
}

static const zeroth_optimizer zoo_optimizer = {sizeof zoo_optimizer,
                                               ZEROTH_THREADS_INSTANCE,
                                               ZEROTH_HANDLES_BOUNDS,
                                               "zoo",
                                               "Zoo",
                                               "1",
                                               "Misbehaves, for tests.",
                                               "",
                                               0,
                                               0,
                                               zoo_create,
                                               zoo_destroy,
                                               zoo_solve,
                                               0};
static const zeroth_optimizer* const zoo_optimizers[] = {&zoo_optimizer};

static zeroth_status zoo_answer(const zeroth_host* host, zeroth_library* library) {
  library->abi_major = ZEROTH_ABI_MAJOR;
  library->abi_minor = 0;
  if (host->abi_major_min > ZEROTH_ABI_MAJOR || host->abi_major_max < ZEROTH_ABI_MAJOR ||
      library->struct_size < sizeof *library) {
    return ZEROTH_UNSUPPORTED;
  }
  library->struct_size = sizeof *library;
  library->name = "zoo";
  library->version = "1";
  library->optimizer_count = 1;
  library->optimizers = zoo_optimizers;
  library->problem_count = 0;
  library->problems = 0;
  return ZEROTH_OK;
}
