#include <unistd.h>

#include "answer.h"
zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library) {
  static int loaded;
  if (!loaded++) usleep(1200000);
  return zoo_answer(host, library);
}
