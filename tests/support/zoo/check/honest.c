#include "answer.h"
zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library) {
  return zoo_answer(host, library);
}
