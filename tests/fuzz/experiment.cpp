// Experiment files, with overrides.
#include <exception>

#include "fuzz.hpp"
#include "memory_file.hpp"
#include "spec/read_experiment.hpp"
#include "user_error.hpp"

using namespace zeroth;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::read_with_overrides({data, size}, [](const auto& file, const auto& overrides) {
    try {
      const host::Experiment experiment = host::read_experiment(file, overrides);
      fuzz::require(!experiment.problems.empty() && !experiment.optimizers.empty());
    } catch (const host::UserError&) {  // has another place where an override is wrong
    }
  });
  return 0;
}
