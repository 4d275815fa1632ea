#include "answer.h"
ZEROTH_EXPORT int crc32(void); /* a name that others have too */
int crc32(void) { return 0; }
zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library) {
  return zoo_answer(host, library);
}
