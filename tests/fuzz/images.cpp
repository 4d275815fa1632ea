// The images of MNIST, which are two arrays that must fit, and those of CIFAR-10.
#include "adversarial_attack/images.hpp"

#include <zeroth/error.hpp>

#include "fuzz.hpp"

using namespace zeroth;

// First byte: how many bytes of labels follow before the images; 255: a file of CIFAR-10.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t first = input.byte();
  fuzz::may_refuse<Error>("FILE", [&] {
    attack::Images images;
    if (first == 255) {
      attack::parse_cifar10(input.rest(), "FILE", images);
      attack::parse_cifar10(input.rest(), "FILE", images);
    } else {
      const Bytes labels = input.take(first);
      images = attack::parse_mnist(input.rest(), "FILE of images", labels, "FILE of labels");
    }
    fuzz::require(images.count() > 0);
    fuzz::require(images.pixels.size() == images.count() * images.shape.size());
  });
  return 0;
}
