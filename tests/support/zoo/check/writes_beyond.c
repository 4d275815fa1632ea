#include "answer.h"
zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library) {
  if (library->struct_size > sizeof *library) memset(library + 1, 0, 8); /* fields of tomorrow */
  return zoo_answer(host, library);
}
