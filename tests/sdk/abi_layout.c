/* What the header ABI_HEADER promises in bytes: the value of each constant, the offset and size of
 * each field, the size of each struct.  The names are those of 1.0; the fields of a struct must
 * cover it, so that none can be missing here.
 */
#include ABI_HEADER

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

static int holes = 0;
static size_t covered = 0;

static void field(const char* name, size_t offset, size_t size) {
  printf("  %s at %zu, %zu bytes\n", name, offset, size);
  if (offset != covered) ++holes;
  covered = offset + size;
}

#define NUMBER(name) printf("%s = %" PRId64 "\n", #name, (int64_t)(name))
#define TEXT(name) printf("%s = \"%s\"\n", #name, name)
#define FIELD(type, name) field(#name, offsetof(type, name), sizeof(((type*)NULL)->name))
#define BEGIN(type) covered = 0, printf("%s\n", #type)
#define END(type)                                     \
  do {                                                \
    printf("  size %zu bytes\n", sizeof(type));       \
    if (COMPLETE && covered != sizeof(type)) ++holes; \
  } while (0)

static void constants(void) {
  NUMBER(ZEROTH_ABI_MAJOR);
  NUMBER(ZEROTH_ABI_MINOR);
  NUMBER(ZEROTH_OK);
  NUMBER(ZEROTH_STOP);
  NUMBER(ZEROTH_DISCARD);
  NUMBER(ZEROTH_BAD_ARGUMENT);
  NUMBER(ZEROTH_UNSUPPORTED);
  NUMBER(ZEROTH_OUT_OF_MEMORY);
  NUMBER(ZEROTH_INSTANCE_DEAD);
  NUMBER(ZEROTH_LIBRARY_DEAD);
  NUMBER(ZEROTH_REAL);
  NUMBER(ZEROTH_INTEGER);
  NUMBER(ZEROTH_BOOLEAN);
  NUMBER(ZEROTH_TEXT);
  NUMBER(ZEROTH_CHOICE);
  NUMBER(ZEROTH_PATH);
  NUMBER(ZEROTH_EXCLUSIVE_MINIMUM);
  NUMBER(ZEROTH_EXCLUSIVE_MAXIMUM);
  NUMBER(ZEROTH_HANDLES_BOUNDS);
  NUMBER(ZEROTH_THREADS_INSTANCE);
  NUMBER(ZEROTH_THREADS_LIBRARY);
  NUMBER(ZEROTH_THREADS_ANY);
  NUMBER(ZEROTH_TRAIN);
  NUMBER(ZEROTH_TEST);
  NUMBER(ZEROTH_FULL_DATA);
  NUMBER(ZEROTH_STOCHASTIC);
  NUMBER(ZEROTH_LOG_INFO);
  NUMBER(ZEROTH_LOG_WARNING);
  TEXT(ZEROTH_TRACE_1);
  TEXT(ZEROTH_DIRECTIONS_1);
  TEXT(ZEROTH_GRADIENT_1);
  TEXT(ZEROTH_METRICS_1);
  TEXT(ZEROTH_SUCCESS_1);
  TEXT(ZEROTH_LOSS_GRADIENT_1);
  TEXT(ZEROTH_TRAINABLE_1);
  TEXT(ZEROTH_LOG_1);
  TEXT(ZEROTH_NEGOTIATE);
}

static void structs(void) {
  BEGIN(zeroth_message);
  FIELD(zeroth_message, text);
  FIELD(zeroth_message, capacity);
  END(zeroth_message);
  BEGIN(zeroth_parameter);
  FIELD(zeroth_parameter, struct_size);
  FIELD(zeroth_parameter, type);
  FIELD(zeroth_parameter, flags);
  FIELD(zeroth_parameter, name);
  FIELD(zeroth_parameter, doc);
  FIELD(zeroth_parameter, real);
  FIELD(zeroth_parameter, real_min);
  FIELD(zeroth_parameter, real_max);
  FIELD(zeroth_parameter, integer);
  FIELD(zeroth_parameter, integer_min);
  FIELD(zeroth_parameter, integer_max);
  FIELD(zeroth_parameter, text);
  FIELD(zeroth_parameter, choices);
  END(zeroth_parameter);
  BEGIN(zeroth_value);
  FIELD(zeroth_value, name);
  FIELD(zeroth_value, real);
  FIELD(zeroth_value, integer);
  FIELD(zeroth_value, text);
  END(zeroth_value);
  BEGIN(zeroth_run);
  FIELD(zeroth_run, struct_size);
  FIELD(zeroth_run, dimension);
  FIELD(zeroth_run, lower);
  FIELD(zeroth_run, upper);
  FIELD(zeroth_run, initial_point);
  FIELD(zeroth_run, seed);
  FIELD(zeroth_run, query_budget);
  FIELD(zeroth_run, iteration_budget);
  FIELD(zeroth_run, host_data);
  FIELD(zeroth_run, evaluate);
  FIELD(zeroth_run, iterate);
  FIELD(zeroth_run, fail);
  FIELD(zeroth_run, extension);
  END(zeroth_run);
  BEGIN(zeroth_trace_1);
  FIELD(zeroth_trace_1, struct_size);
  FIELD(zeroth_trace_1, reserved);
  FIELD(zeroth_trace_1, record);
  END(zeroth_trace_1);
  BEGIN(zeroth_directions_1);
  FIELD(zeroth_directions_1, struct_size);
  FIELD(zeroth_directions_1, reserved);
  FIELD(zeroth_directions_1, draw);
  END(zeroth_directions_1);
  BEGIN(zeroth_optimizer);
  FIELD(zeroth_optimizer, struct_size);
  FIELD(zeroth_optimizer, threads);
  FIELD(zeroth_optimizer, capabilities);
  FIELD(zeroth_optimizer, id);
  FIELD(zeroth_optimizer, name);
  FIELD(zeroth_optimizer, version);
  FIELD(zeroth_optimizer, doc);
  FIELD(zeroth_optimizer, reference);
  FIELD(zeroth_optimizer, parameter_count);
  FIELD(zeroth_optimizer, parameters);
  FIELD(zeroth_optimizer, create);
  FIELD(zeroth_optimizer, destroy);
  FIELD(zeroth_optimizer, solve);
  FIELD(zeroth_optimizer, extension);
  END(zeroth_optimizer);
  BEGIN(zeroth_instance);
  FIELD(zeroth_instance, struct_size);
  FIELD(zeroth_instance, dimension);
  FIELD(zeroth_instance, label);
  FIELD(zeroth_instance, lower);
  FIELD(zeroth_instance, upper);
  FIELD(zeroth_instance, batch_rows);
  FIELD(zeroth_instance, plugin_data);
  FIELD(zeroth_instance, initial_point);
  FIELD(zeroth_instance, evaluate);
  FIELD(zeroth_instance, extension);
  END(zeroth_instance);
  BEGIN(zeroth_problem);
  FIELD(zeroth_problem, struct_size);
  FIELD(zeroth_problem, threads);
  FIELD(zeroth_problem, capabilities);
  FIELD(zeroth_problem, id);
  FIELD(zeroth_problem, name);
  FIELD(zeroth_problem, version);
  FIELD(zeroth_problem, doc);
  FIELD(zeroth_problem, reference);
  FIELD(zeroth_problem, parameter_count);
  FIELD(zeroth_problem, parameters);
  FIELD(zeroth_problem, create);
  FIELD(zeroth_problem, destroy);
  FIELD(zeroth_problem, instance_count);
  FIELD(zeroth_problem, open);
  FIELD(zeroth_problem, close);
  END(zeroth_problem);
  BEGIN(zeroth_gradient_1);
  FIELD(zeroth_gradient_1, struct_size);
  FIELD(zeroth_gradient_1, reserved);
  FIELD(zeroth_gradient_1, gradient);
  END(zeroth_gradient_1);
  BEGIN(zeroth_metrics_1);
  FIELD(zeroth_metrics_1, struct_size);
  FIELD(zeroth_metrics_1, count);
  FIELD(zeroth_metrics_1, names);
  FIELD(zeroth_metrics_1, docs);
  FIELD(zeroth_metrics_1, measure);
  END(zeroth_metrics_1);
  BEGIN(zeroth_success_1);
  FIELD(zeroth_success_1, struct_size);
  FIELD(zeroth_success_1, reserved);
  FIELD(zeroth_success_1, succeeded);
  END(zeroth_success_1);
  BEGIN(zeroth_loss_gradient_1);
  FIELD(zeroth_loss_gradient_1, struct_size);
  FIELD(zeroth_loss_gradient_1, reserved);
  FIELD(zeroth_loss_gradient_1, gradient);
  END(zeroth_loss_gradient_1);
  BEGIN(zeroth_trainable_1);
  FIELD(zeroth_trainable_1, struct_size);
  FIELD(zeroth_trainable_1, reserved);
  FIELD(zeroth_trainable_1, weights);
  FIELD(zeroth_trainable_1, parameter_count);
  FIELD(zeroth_trainable_1, parameters);
  FIELD(zeroth_trainable_1, create);
  FIELD(zeroth_trainable_1, destroy);
  FIELD(zeroth_trainable_1, weight_count);
  FIELD(zeroth_trainable_1, get);
  FIELD(zeroth_trainable_1, set);
  FIELD(zeroth_trainable_1, save);
  FIELD(zeroth_trainable_1, begin);
  FIELD(zeroth_trainable_1, window);
  FIELD(zeroth_trainable_1, end);
  END(zeroth_trainable_1);
  BEGIN(zeroth_host);
  FIELD(zeroth_host, struct_size);
  FIELD(zeroth_host, abi_major_min);
  FIELD(zeroth_host, abi_major_max);
  FIELD(zeroth_host, abi_minor);
  FIELD(zeroth_host, name);
  FIELD(zeroth_host, version);
  FIELD(zeroth_host, service);
  END(zeroth_host);
  BEGIN(zeroth_log_1);
  FIELD(zeroth_log_1, struct_size);
  FIELD(zeroth_log_1, reserved);
  FIELD(zeroth_log_1, log);
  END(zeroth_log_1);
  BEGIN(zeroth_library);
  FIELD(zeroth_library, struct_size);
  FIELD(zeroth_library, abi_major);
  FIELD(zeroth_library, abi_minor);
  FIELD(zeroth_library, reserved);
  FIELD(zeroth_library, name);
  FIELD(zeroth_library, version);
  FIELD(zeroth_library, optimizer_count);
  FIELD(zeroth_library, optimizers);
  FIELD(zeroth_library, problem_count);
  FIELD(zeroth_library, problems);
  END(zeroth_library);
}

int main(void) {
  constants();
  structs();
  if (holes != 0) fprintf(stderr, "%d places of structs are not listed in this program\n", holes);
  return holes != 0;
}
