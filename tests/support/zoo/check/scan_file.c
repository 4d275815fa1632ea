#include <stdio.h>

#include "answer.h"
zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library) {
  FILE* file = fopen("zoo.log", "w");
  if (file) fclose(file);
  return zoo_answer(host, library);
}
