#include <locale.h>
#include <stdlib.h>

#include "answer.h"
zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library) {
  setenv("LC_ALL", "C.UTF-8", 1);
  setlocale(LC_ALL, "");
  return zoo_answer(host, library);
}
