#include <zeroth/abi.h>

zeroth_status zeroth_negotiate(const zeroth_host* host, zeroth_library* library) {
  (void)host;
  library->abi_major = 2;
  library->abi_minor = 0;
  return ZEROTH_UNSUPPORTED;
}
