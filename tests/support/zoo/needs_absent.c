/* Built once with a library that is not there when it is loaded, once with none. */
#include <zeroth/abi.h>

int zoo_absent(void);

zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library) {
  (void)host;
  (void)library;
  return zoo_absent();
}
