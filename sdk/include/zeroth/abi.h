/* Zeroth plugin boundary, version 1.0.  C99.
 *
 * A plugin is a shared library that exports one symbol, zeroth_negotiate, and offers optimizers,
 * problems or both.  The host (the program `zeroth`) loads it, asks for its descriptors, and drives
 * it through the function pointers in them.  C++ authors want <zeroth/optimizer.hpp> or
 * <zeroth/problem.hpp> instead of this file.
 *
 * Rules that hold everywhere
 *
 * Growth: every struct that may grow starts with struct_size, set by whoever fills the struct.
 * Fields are only appended; a field beyond struct_size does not exist and must not be read.  A new
 * minor version appends; a new major version may do anything.
 *
 * Ownership: whoever creates destroys, through the destroy or close function beside create or open.
 * Arguments are borrowed for the call.  Results are written to buffers of the caller.  Descriptors
 * and all they point to live as long as the library, which is never unloaded.
 *
 * Text: UTF-8, ends with a zero byte, never NULL unless stated.
 *
 * Errors: a function returns a zeroth_status.  No exception, no longjmp and no exit() crosses.
 *
 * Arrays: matrices are row-major without padding: x is n x dimension, one point per row.
 *
 * Threads: stated beside every function as one of
 * - [any] may be called from any thread at any time;
 * - [instance] calls for one instance never overlap, different instances run at once;
 * - [library] calls into one library never overlap.
 *
 * Manners: a call leaves the process as it found it: locale, working folder, environment, floating
 * point, signals, descriptors, child processes.  It prints nothing, keeps no memory and no file
 * that its object does not need, and has no pool of threads of its own (the host runs calls side by
 * side).
 */
#ifndef ZEROTH_ABI_H
#define ZEROTH_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ZEROTH_ABI_MAJOR 1u
#define ZEROTH_ABI_MINOR 0u

#if defined(_WIN32)
#define ZEROTH_EXPORT __declspec(dllexport)
#else
#define ZEROTH_EXPORT __attribute__((visibility("default")))
#endif

/* ---- Status ------------------------------------------------------------------------------ */

/* The ladder: the further from zero, the more is lost. */
typedef int32_t zeroth_status;
#define ZEROTH_OK 0
#define ZEROTH_STOP 1    /* the run is over (budget, target, cancellation): return from solve */
#define ZEROTH_DISCARD 2 /* some points failed, their f is NaN: go on without them */
#define ZEROTH_BAD_ARGUMENT (-1) /* the caller broke the contract; nothing was done */
#define ZEROTH_UNSUPPORTED (-2)  /* not offered here; nothing was done */
#define ZEROTH_OUT_OF_MEMORY (-3)
#define ZEROTH_INSTANCE_DEAD (-4) /* this instance can only be destroyed now */
#define ZEROTH_LIBRARY_DEAD (-5)  /* nothing of this library can be used any more */

/* A caller's buffer for one message.  The callee writes at most capacity bytes with the final zero
 * and cuts what is longer.  May be NULL: then the message is lost.  This struct never grows. */
typedef struct zeroth_message {
  char* text;
  uint64_t capacity;
} zeroth_message;

/* ---- Parameters -------------------------------------------------------------------------- */

#define ZEROTH_REAL 0    /* double */
#define ZEROTH_INTEGER 1 /* int64_t */
#define ZEROTH_BOOLEAN 2 /* integer 0 or 1 */
#define ZEROTH_TEXT 3
#define ZEROTH_CHOICE 4 /* text, one of choices */
#define ZEROTH_PATH 5   /* text, the path of a file or folder; empty: none given */

#define ZEROTH_EXCLUSIVE_MINIMUM 1u /* the value must be above, not at, the minimum */
#define ZEROTH_EXCLUSIVE_MAXIMUM 2u

typedef struct zeroth_parameter {
  uint32_t struct_size;
  int32_t type;     /* ZEROTH_REAL ... ZEROTH_PATH */
  uint64_t flags;   /* ZEROTH_EXCLUSIVE_* */
  const char* name; /* lower_case; unique within its descriptor; none of the words that experiments
                       use themselves: use, label, split, instances, isolate, tune */
  const char* doc;  /* one sentence with the unit */
  double real;      /* default of a real, else 0 */
  double real_min;  /* may be -infinity */
  double real_max;  /* may be +infinity */
  int64_t integer;  /* default of an integer or boolean, else 0 */
  int64_t integer_min;
  int64_t integer_max;
  const char* text;           /* default of text, choice and path, else "" */
  const char* const* choices; /* ends with NULL; NULL unless a choice */
} zeroth_parameter;

/* A value given to create().  The host passes one for every parameter of the descriptor, in that
 * order, checked against type and range.  This struct never grows. */
typedef struct zeroth_value {
  const char* name;
  double real;      /* set for a real */
  int64_t integer;  /* set for an integer or boolean */
  const char* text; /* set for text, choice and path, else "" */
} zeroth_value;

/* ---- Optimizers -------------------------------------------------------------------------- */

/* One optimization, lent to solve().  Points must be finite and inside the bounds.
 * Threads: only the thread that is in solve() may call evaluate, iterate and fail. */
typedef struct zeroth_run {
  uint32_t struct_size;
  uint32_t dimension;
  const double* lower;         /* dimension values, or NULL: unbounded below */
  const double* upper;         /* dimension values, or NULL: unbounded above */
  const double* initial_point; /* dimension values, inside the bounds */
  uint64_t seed;               /* the only source of randomness a run may use */
  uint64_t query_budget;       /* UINT64_MAX: none */
  uint64_t iteration_budget;   /* UINT64_MAX: none */
  void* host_data;             /* the host's; plugins leave it alone */

  /* Objective values of a batch: the only access to the problem; n queries are charged, n >= 1.
   * x  n x dimension.   f  n values, to be minimised.
   * OK, DISCARD (some f are NaN), or STOP: the run is over, and f is of no use.
   * BAD_ARGUMENT for a point that is not finite or out of bounds, and for no point; the run is then
   * over.
   * All calls between two iterate() see one minibatch of a stochastic problem. */
  zeroth_status (*evaluate)(const struct zeroth_run* run, uint64_t n, const double* x, double* f);

  /* One iteration is done and x (dimension values) is where the optimizer is.  Not charged.
   * OK or STOP.  The loss the host records here is the problem's, not the optimizer's. */
  zeroth_status (*iterate)(const struct zeroth_run* run, const double* x);

  /* Says why solve() is about to return an error; the text is copied. */
  void (*fail)(const struct zeroth_run* run, const char* text);

  /* A versioned extension of the host for this run, or NULL.  Ids end in "/version". */
  const void* (*extension)(const struct zeroth_run* run, const char* id);
} zeroth_run;

/* Run extension: internals of the optimizer, for whoever wants to look at them. */
#define ZEROTH_TRACE_1 "zeroth.trace/1"
typedef struct zeroth_trace_1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* values  n numbers of the iteration under way, before its iterate(); copied.  name: lower_case,
   * such as "estimate" or "update", always with the same n; <zeroth/trace.hpp> says which names
   * mean the same everywhere.  Threads: as evaluate. */
  void (*record)(const zeroth_run* run, const char* name, uint64_t n, const double* values);
} zeroth_trace_1;

/* Run extension: query directions given from outside, so that an optimizer can be compared with
 * another program draw by draw.  An optimizer that samples isotropic Gaussian directions should ask
 * for it. */
#define ZEROTH_DIRECTIONS_1 "zeroth.directions/1"
typedef struct zeroth_directions_1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* Fills u, n x dimension, with the next n standard normal directions.  OK, or an error: there are
   * no more.  Threads: as evaluate. */
  zeroth_status (*draw)(const zeroth_run* run, uint64_t n, double* u);
} zeroth_directions_1;

/* Run extension: gradient estimates given from outside, so that the update rules of optimizers can
 * be compared on the same ones.  An optimizer that finds it takes its estimates from here,
 * evaluates nothing, and else does what it always does. */
#define ZEROTH_ESTIMATES_1 "zeroth.estimates/1"
typedef struct zeroth_estimates_1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* The next one into g, dimension values.  OK, or STOP: there are no more.  Threads: as evaluate.
   */
  zeroth_status (*next)(const zeroth_run* run, double* g);
} zeroth_estimates_1;

/* Optimizer: keeps every point inside the bounds. */
#define ZEROTH_HANDLES_BOUNDS 1u
/* Optimizer or problem: each run in a process of its own. */
#define ZEROTH_OWN_PROCESS 2u
/* Optimizer: can only solve where every coordinate has both bounds, finite. */
#define ZEROTH_NEEDS_BOUNDS 4u
/* Optimizer: draws nothing at random, so that the seed does not matter. */
#define ZEROTH_IGNORES_SEED 8u

#define ZEROTH_THREADS_INSTANCE 0 /* instances are independent: the usual case */
#define ZEROTH_THREADS_LIBRARY 1  /* one create, destroy, solve, open or close at a time */
#define ZEROTH_THREADS_ANY 2      /* one instance serves several threads at once */

typedef struct zeroth_optimizer {
  uint32_t struct_size;
  int32_t threads;       /* ZEROTH_THREADS_* */
  uint64_t capabilities; /* ZEROTH_HANDLES_BOUNDS ... ZEROTH_IGNORES_SEED */
  const char* id;        /* kebab-case; unique among all optimizers */
  const char* name;      /* as printed in tables */
  const char* version; /* of the numbers it produces: a change of results is a change of version */
  const char* doc;     /* first line: one sentence */
  const char* reference; /* paper or URL, may be "" */
  uint64_t parameter_count;
  const zeroth_parameter* const* parameters;

  /* A new optimizer.  values has parameter_count entries.  On error *instance is not written and
   * the message says what is wrong and what to do.  Threads: as `threads` says. */
  zeroth_status (*create)(const struct zeroth_optimizer* self, const zeroth_value* values,
                          void** instance, zeroth_message* message);
  /* When no call for this instance is under way.  Threads: as `threads` says. */
  void (*destroy)(void* instance);
  /* One optimization from run->initial_point, until done or told STOP.  May be called again; what
   * it does depends on the parameters and the run alone.  Threads: as `threads` says. OK (also
   * after STOP), or an error, if possible explained through run->fail. */
  zeroth_status (*solve)(void* instance, const zeroth_run* run);
  /* A versioned extension, or NULL.  Threads: [any]. */
  const void* (*extension)(const struct zeroth_optimizer* self, const char* id);
} zeroth_optimizer;

/* ---- Problems ---------------------------------------------------------------------------- */

#define ZEROTH_TRAIN 0
#define ZEROTH_TEST 1

/* Minibatch key of the full-data objective.  For a problem that is not stochastic, every key means
 * this. */
#define ZEROTH_FULL_DATA UINT64_C(0)

/* One objective function.  Filled by the plugin in open(), valid until close().
 * Threads of all functions: [any]: an instance is constant once open. */
typedef struct zeroth_instance {
  uint32_t struct_size;
  uint32_t dimension;
  const char* label;   /* names the instance in tables: an image number, a seed */
  const double* lower; /* dimension values, some perhaps -infinity; or NULL: unbounded below */
  const double* upper; /* dimension values, none below lower; or NULL: unbounded above */
  /* Rows after which the host may cut a batch, 0: it must not.  It then always cuts there, for any
   * number of threads, so that results do not depend on it. */
  uint64_t batch_rows;
  void* plugin_data; /* the plugin's; the host leaves it alone */

  /* The start of an optimization.  seed: equal for all optimizers that are compared; a problem with
   * one fixed start ignores it.  x  dimension values, inside the bounds.  OK, or an error. */
  zeroth_status (*initial_point)(const struct zeroth_instance* self, uint64_t seed, double* x);

  /* Objective values.  x  n x dimension, inside the bounds.  f  n values, minimised.
   * minibatch: ZEROTH_FULL_DATA, or a key from which a stochastic problem draws its samples: the
   * same key is the same minibatch.  OK, DISCARD with NaN for the failed points, or an error and
   * why. */
  zeroth_status (*evaluate)(const struct zeroth_instance* self, uint64_t minibatch, uint64_t n,
                            const double* x, double* f, zeroth_message* message);

  /* A versioned extension, or NULL. */
  const void* (*extension)(const struct zeroth_instance* self, const char* id);
} zeroth_instance;

#define ZEROTH_STOCHASTIC 1u /* problem: evaluate() depends on the minibatch key */

typedef struct zeroth_problem {
  uint32_t struct_size;
  int32_t threads;       /* of create, destroy, open and close; ZEROTH_THREADS_* */
  uint64_t capabilities; /* ZEROTH_STOCHASTIC, ZEROTH_OWN_PROCESS */
  const char* id;        /* kebab-case; unique among all problems */
  const char* name;
  const char* version;
  const char* doc;
  const char* reference;
  uint64_t parameter_count;
  const zeroth_parameter* const* parameters;

  /* A suite: what all instances share (data sets, networks).  As zeroth_optimizer.create. */
  zeroth_status (*create)(const struct zeroth_problem* self, const zeroth_value* values,
                          void** suite, zeroth_message* message);
  /* After all its instances are closed. */
  void (*destroy)(void* suite);
  /* Instances in split ZEROTH_TRAIN or ZEROTH_TEST.  Threads: [any]. */
  uint64_t (*instance_count)(const void* suite, int32_t split);
  /* Fills *instance, whose struct_size the host has set to what it knows, and lowers struct_size to
   * what the plugin has filled.  index < instance_count.  Several opens of one index may live at
   * once. */
  zeroth_status (*open)(const void* suite, int32_t split, uint64_t index, zeroth_instance* instance,
                        zeroth_message* message);
  void (*close)(const void* suite, zeroth_instance* instance);
} zeroth_problem;

/* Instance extension: exact gradient.  For training and analysis: an optimizer under test never
 * gets it. */
#define ZEROTH_GRADIENT_1 "zeroth.gradient/1"
typedef struct zeroth_gradient_1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* g  dimension values, the gradient of evaluate(minibatch, x).  OK, DISCARD: g is not finite, or
   * an error. */
  zeroth_status (*gradient)(const zeroth_instance* instance, uint64_t minibatch, const double* x,
                            double* g);
} zeroth_gradient_1;

/* Instance extension: named numbers at a point, not charged. */
#define ZEROTH_METRICS_1 "zeroth.metrics/1"
typedef struct zeroth_metrics_1 {
  uint32_t struct_size;
  uint32_t count;
  const char* const* names; /* count names, lower_case */
  const char* const* docs;  /* count sentences */
  /* values  count numbers, NaN where undefined at x.  OK, or an error: then all are undefined. */
  zeroth_status (*measure)(const zeroth_instance* instance, const double* x, double* values);
} zeroth_metrics_1;

/* Instance extension: whether an iterate solves the task (an attack succeeds).  Asked at every
 * iterate with the full-data loss already known, so it should cost no more than O(dimension). */
#define ZEROTH_SUCCESS_1 "zeroth.success/1"
typedef struct zeroth_success_1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* 1 or 0. */
  int32_t (*succeeded)(const zeroth_instance* instance, const double* x, double loss);
} zeroth_success_1;

/* Instance extension: x as pictures, for reports.  All pictures of an instance have one shape:
 * channels (1: grey, 3: red, green, blue) x height x width, in that order.  Where dimension is
 * their product, the coordinates of x lie in the same order, so that any vector of the search
 * space, such as a step, can be shown like x. */
#define ZEROTH_RENDER_1 "zeroth.render/1"
typedef struct zeroth_render_1 {
  uint32_t struct_size;
  uint32_t count;           /* pictures of one point */
  const char* const* names; /* count names, lower_case, such as "adversarial" */
  const char* const* docs;  /* count sentences */
  const double* lowest;     /* count values: shown as black, and the ends of a colour scale */
  const double* highest;    /* count values: shown as white */
  /* shape  three numbers: channels, height, width.  OK, or an error. */
  zeroth_status (*shape)(const zeroth_instance* instance, uint32_t* shape);
  /* pictures  count x channels x height x width values, from lowest to highest.  OK, or an
   * error. */
  zeroth_status (*draw)(const zeroth_instance* instance, const double* x, double* pictures);
} zeroth_render_1;

/* Instance extension: the optimum, where it is known.  Constant, and quick. */
#define ZEROTH_OPTIMUM_1 "zeroth.optimum/1"
typedef struct zeroth_optimum_1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* The least value of the full-data objective inside the bounds, to the digits of a double that
   * evaluate() has; finite. */
  double (*value)(const zeroth_instance* instance);
  /* x  dimension values, inside the bounds: a point of that value.  OK, or UNSUPPORTED: it is not
   * known. */
  zeroth_status (*point)(const zeroth_instance* instance, double* x);
} zeroth_optimum_1;

/* ---- Training ----------------------------------------------------------------------------- */

/* Run extension, lent in training only: the gradient of the loss that iterate() would record. */
#define ZEROTH_LOSS_GRADIENT_1 "zeroth.loss-gradient/1"
typedef struct zeroth_loss_gradient_1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* x  dimension values, inside the bounds.  g  dimension values: gradient/1 of the problem, or
   * central differences where it has none.  Not charged.  OK, or DISCARD: g is not finite.
   * Threads: as evaluate. */
  zeroth_status (*gradient)(const zeroth_run* run, const double* x, double* g);
} zeroth_loss_gradient_1;

/* Optimizer extension: an optimizer with learned weights.  The plugin unrolls itself on training
 * runs and differentiates; the host chooses the runs, sums the gradients, steps the weights, and
 * validates with the optimizer as any user runs it.
 *
 * A trainer holds the weights.  An episode is one optimization with them, advanced a window of
 * iterations at a time; derivatives do not cross windows.
 * Threads: calls for one episode never overlap, different episodes run at once; all other calls for
 * a trainer come while no episode of it is in a call. */
#define ZEROTH_TRAINABLE_1 "zeroth.trainable/1"
typedef struct zeroth_trainable_1 {
  uint32_t struct_size;
  uint32_t reserved;
  const char* weights;      /* the optimizer's path parameter that takes what save() wrote */
  uint64_t parameter_count; /* of training */
  const zeroth_parameter* const* parameters;

  /* A new trainer.  optimizer: a value for each parameter of the optimizer; its weights file, if
   * one is given, is the start, else the weights are drawn from the seed.  training: a value for
   * each of parameters.  As zeroth_optimizer.create. */
  zeroth_status (*create)(const struct zeroth_trainable_1* self, const zeroth_value* optimizer,
                          const zeroth_value* training, uint64_t seed, void** trainer,
                          zeroth_message* message);
  void (*destroy)(void* trainer);                /* after its episodes are ended */
  uint64_t (*weight_count)(const void* trainer); /* of those that this training changes */
  void (*get)(const void* trainer, double* weights);
  void (*set)(void* trainer, const double* weights); /* episodes go on with them */
  /* Writes all weights to a file, over what is there.  note: kept in the file. */
  zeroth_status (*save)(const void* trainer, const char* path, const char* note,
                        zeroth_message* message);

  /* A new episode on a run, which must outlive it and lends loss-gradient/1. */
  zeroth_status (*begin)(const void* trainer, const zeroth_run* run, void** episode,
                         zeroth_message* message);
  /* The next iterations.  objective: of this window.  gradient: its gradient, weight_count values.
   * OK; STOP when the run is over: then nothing else was written; DISCARD when a number is not
   * finite: the episode can only be ended. */
  zeroth_status (*window)(void* episode, uint64_t iterations, double* objective, double* gradient,
                          zeroth_message* message);
  void (*end)(void* episode);
} zeroth_trainable_1;

/* ---- Negotiation ------------------------------------------------------------------------- */

/* What the host offers.  Lives as long as the process. */
typedef struct zeroth_host {
  uint32_t struct_size;
  uint32_t abi_major_min; /* majors the host speaks, both ends included */
  uint32_t abi_major_max;
  uint32_t abi_minor; /* of abi_major_max */
  const char* name;
  const char* version;
  /* A service by id, or NULL.  Threads: [any]. */
  const void* (*service)(const struct zeroth_host* host, const char* id);
} zeroth_host;

/* Service: lines for the person at the terminal.  Plugins never write to stdout or stderr
 * themselves. */
#define ZEROTH_LOG_1 "zeroth.log/1"
#define ZEROTH_LOG_INFO 0
#define ZEROTH_LOG_WARNING 1
typedef struct zeroth_log_1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* One line without newline; copied.  Threads: [any]. */
  void (*log)(int32_t level, const char* line);
} zeroth_log_1;

/* Service: files that an optimizer or a suite is made from, most of all those that no parameter of
 * type path names, such as a default.  What is in them is part of the identity of a run: results
 * with other contents are not taken for the same. */
#define ZEROTH_FILES_1 "zeroth.files/1"
typedef struct zeroth_files_1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* path is read; copied.  To be said inside create(), by the thread that called it; elsewhere it
   * has no effect.  Threads: [any]. */
  void (*read)(const char* path);
} zeroth_files_1;

/* What the library answers.  The host sets struct_size to what it knows; the library writes no
 * field beyond it and lowers struct_size to what it has filled. */
typedef struct zeroth_library {
  uint32_t struct_size;
  uint32_t abi_major; /* the one chosen, or, with UNSUPPORTED, the one it would need */
  uint32_t abi_minor; /* the smaller of the two sides' */
  uint32_t reserved;
  const char* name;
  const char* version;
  uint64_t optimizer_count;
  const zeroth_optimizer* const* optimizers;
  uint64_t problem_count;
  const zeroth_problem* const* problems;
} zeroth_library;

/* The one symbol.  May be called several times with the same result; must be quick and without side
 * effects. OK, or UNSUPPORTED when no major is shared: then only abi_major and abi_minor are
 * written. Threads: [library]. */
#define ZEROTH_NEGOTIATE "zeroth_negotiate"
typedef zeroth_status (*zeroth_negotiate_function)(const zeroth_host* host,
                                                   zeroth_library* library);
ZEROTH_EXPORT zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library);

#ifdef __cplusplus
}
#endif

#endif
