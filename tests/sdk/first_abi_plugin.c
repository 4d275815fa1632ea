/* A library as it was written against the first header, tests/data/abi/abi_1_0.h, and nothing else:
 * a problem with metrics and a parameter of each type, and an optimizer that steps by one along
 * each coordinate in turn while that helps.  Every later host must load and run it, with these
 * results.
 */
#include <abi_1_0.h>
#include <stdlib.h>
#include <string.h>

/* ---- The problem: f(x) = sum of (x_j - height)^2 over two coordinates, from the origin ------- */

enum { height, dimension, shifted, note, colour, file, parameter_count };

static const char* const colours[] = {"red", "green", NULL};
static const zeroth_parameter parameter[parameter_count] = {
    {sizeof(zeroth_parameter), ZEROTH_REAL, 0, "height", "optimum", 3.0, -9.0, 9.0, 0, 0, 0, "", 0},
    {sizeof(zeroth_parameter), ZEROTH_INTEGER, 0, "dimension", "size", 0, 0, 0, 2, 1, 8, "", 0},
    {sizeof(zeroth_parameter), ZEROTH_BOOLEAN, 0, "shifted", "adds 1", 0, 0, 0, 1, 0, 1, "", 0},
    {sizeof(zeroth_parameter), ZEROTH_TEXT, 0, "note", "no effect", 0, 0, 0, 0, 0, 0, "none", 0},
    {sizeof(zeroth_parameter), ZEROTH_CHOICE, 0, "colour", "no effect", 0, 0, 0, 0, 0, 0, "red",
     colours},
    {sizeof(zeroth_parameter), ZEROTH_PATH, 0, "file", "no effect", 0, 0, 0, 0, 0, 0, "", 0}};
static const zeroth_parameter* const parameters[parameter_count] = {
    &parameter[0], &parameter[1], &parameter[2], &parameter[3], &parameter[4], &parameter[5]};

typedef struct Suite {
  double height, shift;
  uint32_t dimension;
} Suite;

static double value_at(const zeroth_instance* self, const double* x) {
  const Suite* suite = self->plugin_data;
  double f = suite->shift;
  for (uint32_t j = 0; j < self->dimension; ++j) {
    f += (x[j] - suite->height) * (x[j] - suite->height);
  }
  return f;
}

static zeroth_status initial_point(const zeroth_instance* self, uint64_t seed, double* x) {
  (void)seed;
  memset(x, 0, self->dimension * sizeof *x);
  return ZEROTH_OK;
}

static zeroth_status evaluate(const zeroth_instance* self, uint64_t minibatch, uint64_t n,
                              const double* x, double* f, zeroth_message* message) {
  (void)minibatch;
  (void)message;
  for (uint64_t i = 0; i < n; ++i) f[i] = value_at(self, x + i * self->dimension);
  return ZEROTH_OK;
}

static zeroth_status measure(const zeroth_instance* self, const double* x, double* values) {
  (void)self;
  values[0] = x[0];
  return ZEROTH_OK;
}
static const char* const metric_names[] = {"first"};
static const char* const metric_docs[] = {"x[0]"};
static const zeroth_metrics_1 metrics = {sizeof(zeroth_metrics_1), 1, metric_names, metric_docs,
                                         measure};

static const void* extension(const zeroth_instance* self, const char* id) {
  (void)self;
  return strcmp(id, ZEROTH_METRICS_1) == 0 ? &metrics : NULL;
}

static zeroth_status create_suite(const zeroth_problem* self, const zeroth_value* values,
                                  void** suite, zeroth_message* message) {
  Suite* created = malloc(sizeof *created);
  (void)self;
  (void)message;
  if (created == NULL) return ZEROTH_OUT_OF_MEMORY;
  created->height = values[height].real;
  created->shift = values[shifted].integer != 0 ? 1.0 : 0.0;
  created->dimension = (uint32_t)values[dimension].integer;
  *suite = created;
  return ZEROTH_OK;
}
static uint64_t instance_count(const void* suite, int32_t split) {
  (void)suite;
  return split == ZEROTH_TEST ? 1 : 0;
}
static zeroth_status open_instance(const void* suite, int32_t split, uint64_t index,
                                   zeroth_instance* instance, zeroth_message* message) {
  (void)split;
  (void)index;
  (void)message;
  instance->struct_size = sizeof *instance;
  instance->dimension = ((const Suite*)suite)->dimension;
  instance->label = "only";
  instance->lower = NULL;
  instance->upper = NULL;
  instance->batch_rows = 1;
  instance->plugin_data = (void*)suite;
  instance->initial_point = initial_point;
  instance->evaluate = evaluate;
  instance->extension = extension;
  return ZEROTH_OK;
}
static void close_instance(const void* suite, zeroth_instance* instance) {
  (void)suite;
  (void)instance;
}

static const zeroth_problem problem = {sizeof(zeroth_problem),
                                       ZEROTH_THREADS_INSTANCE,
                                       0,
                                       "first-problem",
                                       "First problem",
                                       "1.0.0",
                                       "Squares, over the first ABI.",
                                       "",
                                       parameter_count,
                                       parameters,
                                       create_suite,
                                       free,
                                       instance_count,
                                       open_instance,
                                       close_instance};

/* ---- The optimizer ----------------------------------------------------------------------- */

static zeroth_status create(const zeroth_optimizer* self, const zeroth_value* values,
                            void** instance, zeroth_message* message) {
  (void)self;
  (void)values;
  (void)message;
  *instance = malloc(1);
  return *instance == NULL ? ZEROTH_OUT_OF_MEMORY : ZEROTH_OK;
}

static zeroth_status solve(void* instance, const zeroth_run* run) {
  double x[2][8], f[2];
  uint32_t j = 0;
  (void)instance;
  memcpy(x[0], run->initial_point, run->dimension * sizeof(double));
  while (j < run->dimension) {
    double pair[16];
    zeroth_status status;
    memcpy(x[1], x[0], sizeof x[0]);
    x[1][j] += 1.0;
    memcpy(pair, x[0], run->dimension * sizeof(double));
    memcpy(pair + run->dimension, x[1], run->dimension * sizeof(double));
    status = run->evaluate(run, 2, pair, f);
    if (status != ZEROTH_OK) return status == ZEROTH_STOP ? ZEROTH_OK : status;
    if (f[1] < f[0]) {
      memcpy(x[0], x[1], sizeof x[0]);
    } else {
      ++j;
    }
    status = run->iterate(run, x[0]);
    if (status != ZEROTH_OK) return status == ZEROTH_STOP ? ZEROTH_OK : status;
  }
  return ZEROTH_OK;
}

static const void* no_extension(const zeroth_optimizer* self, const char* id) {
  (void)self;
  (void)id;
  return NULL;
}

static const zeroth_optimizer optimizer = {sizeof(zeroth_optimizer),
                                           ZEROTH_THREADS_INSTANCE,
                                           0,
                                           "first-optimizer",
                                           "First optimizer",
                                           "1.0.0",
                                           "Steps by one, over the first ABI.",
                                           "",
                                           0,
                                           NULL,
                                           create,
                                           free,
                                           solve,
                                           no_extension};

/* ---- The library ------------------------------------------------------------------------- */

static const zeroth_optimizer* const optimizers[] = {&optimizer};
static const zeroth_problem* const problems[] = {&problem};

zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library) {
  library->abi_major = 1;
  library->abi_minor = 0;
  if (host->abi_major_min > 1 || host->abi_major_max < 1) return ZEROTH_UNSUPPORTED;
  library->struct_size = sizeof *library;
  library->name = "first_abi_plugin";
  library->version = "1.0.0";
  library->optimizer_count = 1;
  library->optimizers = optimizers;
  library->problem_count = 1;
  library->problems = problems;
  return ZEROTH_OK;
}
