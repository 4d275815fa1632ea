// Bilinear resizing of square perturbations.
#pragma once

#include <cstddef>
#include <vector>

#include "adversarial_attack/shape.hpp"

namespace zeroth::attack {

/// Images of channels x side x side become images of a given shape, by bilinear interpolation: the
/// centre of output pixel i is at (i + 1/2) side / height - 1/2, clamped, and takes part of its two
/// neighbours in either direction, as PyTorch's interpolate() without align_corners does.  It is
/// linear, so that its derivative is its transpose.  Threads: [any].
class BilinearResize {
 public:
  /// side  at least 1.
  BilinearResize(std::size_t side, Shape image);

  std::size_t inputs() const { return image_.channels * side_ * side_; }
  std::size_t outputs() const { return image_.size(); }
  /// from  inputs() values;  to  outputs() values.
  void apply(const double* from, double* to) const;
  /// Of apply(): from  outputs() values;  to  inputs() values.
  void transpose(const double* from, double* to) const;

 private:
  struct Tap {
    std::size_t first, second;  // neighbours
    double share;               // of the second
  };
  static std::vector<Tap> taps(std::size_t side, std::size_t length);
  /// visit(output, input, weight) for the four neighbours of every output.
  template <typename Visit>
  void for_each_weight(const Visit& visit) const;

  std::size_t side_;
  Shape image_;
  std::vector<Tap> rows_, columns_;
};

}  // namespace zeroth::attack
