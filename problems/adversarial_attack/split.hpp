// Which images of a file are attacked.
#pragma once

#include <zeroth/file.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace zeroth::attack {

/// Positions in the image file, in the order of the instances.
struct ImageSplit {
  std::vector<std::size_t> train, test;
};

/// Reads {"train": [...], "test": [...]} with positions below `images`.  Throws zeroth::Error that
/// starts with `file`.
ImageSplit parse_split(Bytes bytes, std::size_t images, const std::string& file);

/// Images that the network is right about, in an order drawn from a fixed seed: the first 100 to
/// train on, the next 100 to test on; where there are fewer, half and half.
ImageSplit draw_split(std::size_t images, const std::function<bool(std::size_t)>& right);

}  // namespace zeroth::attack
