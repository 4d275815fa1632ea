#include "adversarial_attack/images.hpp"

#include <zeroth/error.hpp>

#include <utility>

#include "adversarial_attack/idx.hpp"
#include "adversarial_attack/message.hpp"

namespace zeroth::attack {

Images parse_mnist(Bytes images, const std::string& images_file, Bytes labels,
                   const std::string& labels_file) {
  IdxArray pixels = parse_idx(images, 3, images_file);
  IdxArray classes = parse_idx(labels, 1, labels_file);
  if (pixels.dimensions[0] != classes.dimensions[0]) {
    throw Error(labels_file + ": holds " + std::to_string(classes.dimensions[0]) + " labels, but " +
                images_file + " holds " + std::to_string(pixels.dimensions[0]) +
                " images; set the parameters images and labels to files of one data set");
  }
  return {{1, pixels.dimensions[1], pixels.dimensions[2]},
          std::move(pixels.values),
          std::move(classes.values)};
}

void parse_cifar10(Bytes bytes, const std::string& file, Images& images) {
  constexpr Shape shape{3, 32, 32};
  constexpr std::size_t record = 1 + shape.size(), classes = 10;
  const auto fail = [&](const std::string& what) {
    return Error(file + ": " + what + "; set the parameter images to a file of CIFAR-10, " +
                 "binary version, such as test_batch.bin");
  };
  if (bytes.empty() || bytes.size() % record != 0) {
    throw fail("its " + std::to_string(bytes.size()) + " bytes are no whole number of records of " +
               std::to_string(record) + " bytes");
  }
  const std::size_t count = bytes.size() / record;
  for (std::size_t i = 0; i < count; ++i) {
    if (bytes[i * record] >= classes) {
      throw fail("record " + std::to_string(i) + " has the label " +
                 std::to_string(bytes[i * record]) + ", expected 0 to 9");
    }
  }
  images.shape = shape;
  images.pixels.reserve(images.pixels.size() + count * shape.size());
  for (; !bytes.empty(); bytes = bytes.subspan(record)) {
    images.labels.push_back(bytes[0]);
    images.pixels.insert(images.pixels.end(), bytes.begin() + 1, bytes.begin() + record);
  }
}

}  // namespace zeroth::attack
