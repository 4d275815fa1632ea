#include <stddef.h>
#include <zeroth/abi.h>

zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library) {
  static const zeroth_problem* const problems[1] = {NULL};
  (void)host;
  library->struct_size = sizeof *library;
  library->abi_major = ZEROTH_ABI_MAJOR;
  library->abi_minor = 0;
  library->name = "zoo-null-entries";
  library->version = "1.0.0";
  library->optimizer_count = 0;
  library->optimizers = NULL;
  library->problem_count = 1;
  library->problems = problems;
  return ZEROTH_OK;
}
