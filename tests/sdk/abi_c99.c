/* The boundary in C99: abi.h compiles. */
#include <zeroth/abi.h>

uint32_t abi_major_in_c(void);
uint32_t abi_major_in_c(void) { return ZEROTH_ABI_MAJOR; }
