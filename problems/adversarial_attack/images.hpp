// The images of a data set and their classes, from bytes.
#pragma once

#include <zeroth/file.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "adversarial_attack/shape.hpp"

namespace zeroth::attack {

struct Images {
  Shape shape;
  std::vector<std::uint8_t> pixels;  // count() x shape.size()
  std::vector<std::uint8_t> labels;
  std::size_t count() const { return labels.size(); }
};

/// From IDX arrays of count x height x width pixels and of count labels, gzip or not.  Throws as
/// parse_idx(), and if they do not belong together.
Images parse_mnist(Bytes images, const std::string& images_file, Bytes labels,
                   const std::string& labels_file);

/// Adds the images of a file of CIFAR-10, binary version, to `images`: records of a label (0 to 9)
/// and 32 x 32 bytes of red, green and blue each, row-major; gzip is not read.  Throws
/// zeroth::Error that starts with `file`; `images` is then unchanged. Source: Krizhevsky, Learning
/// Multiple Layers of Features from Tiny Images, 2009.
void parse_cifar10(Bytes bytes, const std::string& file, Images& images);

}  // namespace zeroth::attack
