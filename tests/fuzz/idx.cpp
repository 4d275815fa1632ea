// IDX arrays, gzip or not.
#include <zeroth/error.hpp>

#include "adversarial_attack/idx.hpp"
#include "fuzz.hpp"

using namespace zeroth;

// First byte: the rank that is asked for.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::size_t rank = 1 + input.byte() % 4;
  fuzz::may_refuse<Error>("FILE", [&] {
    const attack::IdxArray array = attack::parse_idx(input.rest(), rank, "FILE");
    std::size_t product = 1;
    for (const std::size_t d : array.dimensions) product *= d;
    fuzz::require(array.dimensions.size() == rank && array.values.size() == product);
  });
  return 0;
}
