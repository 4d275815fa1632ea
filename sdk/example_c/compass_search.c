/* Compass search: an optimizer in C99, with nothing between it and the boundary.
 *
 * Each iteration asks for the 2 d points that are one step away along a coordinate.  It moves to
 * the best of them, or, if none is better, makes the step shorter.
 */
#include <stdlib.h>
#include <string.h>
#include <zeroth/abi.h>

/* ---- Parameters -------------------------------------------------------------------------- */

enum { step, contraction, parameter_count };

static const zeroth_parameter step_parameter = {.struct_size = sizeof(zeroth_parameter),
                                                .type = ZEROTH_REAL,
                                                .flags = ZEROTH_EXCLUSIVE_MINIMUM,
                                                .name = "step",
                                                .doc = "first length of a step",
                                                .real = 1.0,
                                                .real_min = 0.0,
                                                .real_max = 1e300,
                                                .text = ""};
static const zeroth_parameter contraction_parameter = {
    .struct_size = sizeof(zeroth_parameter),
    .type = ZEROTH_REAL,
    .flags = ZEROTH_EXCLUSIVE_MINIMUM | ZEROTH_EXCLUSIVE_MAXIMUM,
    .name = "contraction",
    .doc = "factor of the step after a failure",
    .real = 0.5,
    .real_min = 0.0,
    .real_max = 1.0,
    .text = ""};
static const zeroth_parameter* const parameters[parameter_count] = {&step_parameter,
                                                                    &contraction_parameter};

typedef struct CompassSearch {
  double step, contraction;
} CompassSearch;

/* The host has checked the values and passes them in the order of the parameters. */
static zeroth_status create(const zeroth_optimizer* self, const zeroth_value* values,
                            void** instance, zeroth_message* message) {
  CompassSearch* created = malloc(sizeof *created);
  (void)self;
  (void)message;
  if (created == NULL) return ZEROTH_OUT_OF_MEMORY;
  created->step = values[step].real;
  created->contraction = values[contraction].real;
  *instance = created;
  return ZEROTH_OK;
}

static void destroy(void* instance) { free(instance); }

/* ---- The search -------------------------------------------------------------------------- */

static double inside(const zeroth_run* run, uint32_t j, double value) {
  if (run->lower != NULL && value < run->lower[j]) return run->lower[j];
  if (run->upper != NULL && value > run->upper[j]) return run->upper[j];
  return value;
}

/* x  (2 d + 1) x d: the centre, then the points of the compass around it.  f  a value for each. */
static zeroth_status search(const CompassSearch* self, const zeroth_run* run, double* x,
                            double* f) {
  const uint32_t d = run->dimension;
  const uint64_t n = 2 * (uint64_t)d + 1;
  double length = self->step;
  memcpy(x, run->initial_point, d * sizeof *x);
  for (;;) {
    uint64_t best = 0;
    zeroth_status status;
    for (uint64_t i = 1; i < n; ++i) {
      const uint32_t j = (uint32_t)((i - 1) / 2);
      memcpy(x + i * d, x, d * sizeof *x);
      x[i * d + j] = inside(run, j, x[j] + (i % 2 == 1 ? length : -length));
    }
    status = run->evaluate(run, n, x, f);
    if (status == ZEROTH_STOP) return ZEROTH_OK;
    if (status < 0) return status;
    for (uint64_t i = 1; i < n; ++i) {
      const int failed = f[i] != f[i]; /* NaN; and no comparison with a NaN is true */
      if (!failed && !(f[best] <= f[i])) best = i;
    }
    if (best != 0) {
      memcpy(x, x + best * d, d * sizeof *x);
    } else {
      length *= self->contraction;
    }
    status = run->iterate(run, x);
    if (status != ZEROTH_OK) return status == ZEROTH_STOP ? ZEROTH_OK : status;
  }
}

static zeroth_status solve(void* instance, const zeroth_run* run) {
  const size_t n = 2 * (size_t)run->dimension + 1;
  double* x = malloc(n * run->dimension * sizeof *x);
  double* f = malloc(n * sizeof *f);
  zeroth_status status = ZEROTH_OUT_OF_MEMORY;
  if (x != NULL && f != NULL) status = search(instance, run, x, f);
  if (status == ZEROTH_OUT_OF_MEMORY) run->fail(run, "no memory for 2 d + 1 points");
  free(x);
  free(f);
  return status;
}

/* ---- The library ------------------------------------------------------------------------- */

static const void* no_extension(const zeroth_optimizer* self, const char* id) {
  (void)self;
  (void)id;
  return NULL;
}

static const zeroth_optimizer compass_search = {
    .struct_size = sizeof(zeroth_optimizer),
    .threads = ZEROTH_THREADS_INSTANCE,
    .capabilities = ZEROTH_HANDLES_BOUNDS | ZEROTH_IGNORES_SEED,
    .id = "compass-search",
    .name = "Compass search",
    .version = "1.0.0",
    .doc = "Steps to the best neighbour along a coordinate; shortens the step if none is better.",
    .reference = "Kolda, Lewis & Torczon 2003, SIAM Review 45(3)",
    .parameter_count = parameter_count,
    .parameters = parameters,
    .create = create,
    .destroy = destroy,
    .solve = solve,
    .extension = no_extension};
static const zeroth_optimizer* const optimizers[] = {&compass_search};

static uint32_t shared_minor(uint32_t minor) {
  return minor > ZEROTH_ABI_MINOR ? ZEROTH_ABI_MINOR : minor;
}

/* Speaks major 1.  A host that does not is told which one this library needs. */
ZEROTH_EXPORT zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library) {
  library->abi_major = ZEROTH_ABI_MAJOR;
  library->abi_minor = ZEROTH_ABI_MINOR;
  if (library->struct_size < sizeof *library || host->abi_major_min > ZEROTH_ABI_MAJOR ||
      host->abi_major_max < ZEROTH_ABI_MAJOR) {
    return ZEROTH_UNSUPPORTED;
  }
  if (host->abi_major_max == ZEROTH_ABI_MAJOR) library->abi_minor = shared_minor(host->abi_minor);
  library->struct_size = sizeof *library;
  library->name = "compass_search";
  library->version = "1.0.0";
  library->optimizer_count = sizeof optimizers / sizeof *optimizers;
  library->optimizers = optimizers;
  library->problem_count = 0;
  library->problems = NULL;
  return ZEROTH_OK;
}
