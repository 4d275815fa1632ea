// Tensors in a file.
#include <zeroth/safetensors.hpp>

#include "fuzz.hpp"

using namespace zeroth;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::may_refuse<Error>("FILE", [&] {
    const Safetensors file({data, data + size}, "FILE");
    static_cast<void>(file.metadata("note"));
    // The shapes of the seeds' tensors, and others.
    const std::vector<std::vector<std::size_t>> shapes{{}, {0}, {2}, {2, 3}, {1, 2, 1}};
    for (const char* name : {"a", "b", ""}) {
      for (const std::vector<std::size_t>& shape : shapes) {
        if (!file.contains(name)) continue;
        fuzz::may_refuse<Error>("FILE", [&] {
          std::size_t product = 1;
          for (const std::size_t d : shape) product *= d;
          fuzz::require(file.values(name, shape).size() == product);
        });
      }
    }
  });
  return 0;
}
