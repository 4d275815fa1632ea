// Training files, with overrides.
#include "fuzz.hpp"
#include "memory_file.hpp"
#include "spec/read_training.hpp"
#include "user_error.hpp"

using namespace zeroth;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::read_with_overrides({data, size}, [](const auto& file, const auto& overrides) {
    try {
      fuzz::require(!host::read_training(file, overrides).phases.empty());
    } catch (const host::UserError&) {  // has another place where an override is wrong
    }
  });
  return 0;
}
