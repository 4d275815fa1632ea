// Built by same_bits.cmake with one compiler after the other.
#include "random_bits.hpp"

#include <cstdio>

int main() {
  std::printf("%016llx",
              static_cast<unsigned long long>(zeroth::test::fingerprint_of_random_numbers()));
}
