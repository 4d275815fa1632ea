#include <stdio.h>

#include "answer.h"
zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library) {
  puts("Thank you for choosing zoo!");
  return zoo_answer(host, library);
}
