#include "check/answer.h"

zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library) {
  static const zeroth_problem* const problems[] = {0};
  const zeroth_status status = zoo_answer(host, library);
  if (status != ZEROTH_OK) return status;
  library->problem_count = 1;
  library->problems = problems;
  return ZEROTH_OK;
}
