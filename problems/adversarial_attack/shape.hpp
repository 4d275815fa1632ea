// The shape of an image and of what a layer makes of it.
#pragma once

#include <cstddef>

namespace zeroth::attack {

/// A point of this shape is channels * height * width scalars in that order.
struct Shape {
  std::size_t channels = 0, height = 1, width = 1;
  constexpr std::size_t size() const { return channels * height * width; }
};

}  // namespace zeroth::attack
