// Which images are attacked: JSON.
#include "adversarial_attack/split.hpp"

#include <zeroth/error.hpp>

#include "fuzz.hpp"

using namespace zeroth;

// First byte: the number of images.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::size_t images = 1 + input.byte();
  fuzz::may_refuse<Error>("FILE", [&] {
    const attack::ImageSplit split = attack::parse_split(input.rest(), images, "FILE");
    for (const auto* part : {&split.train, &split.test}) {
      for (const std::size_t position : *part) fuzz::require(position < images);
    }
  });
  return 0;
}
