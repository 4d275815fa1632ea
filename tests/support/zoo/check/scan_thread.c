#include <pthread.h>
#include <unistd.h>

#include "answer.h"
static void* forever(void* nothing) {
  for (;;) pause();
  return nothing;
}
zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library) {
  static pthread_t thread;
  if (!thread) pthread_create(&thread, 0, forever, 0);
  return zoo_answer(host, library);
}
