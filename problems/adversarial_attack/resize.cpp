#include "adversarial_attack/resize.hpp"

#include <algorithm>
#include <cmath>

namespace zeroth::attack {

BilinearResize::BilinearResize(std::size_t side, Shape image)
    : side_(side),
      image_(image),
      rows_(taps(side, image.height)),
      columns_(taps(side, image.width)) {}

std::vector<BilinearResize::Tap> BilinearResize::taps(std::size_t side, std::size_t length) {
  std::vector<Tap> all(length);
  const double step = static_cast<double>(side) / static_cast<double>(length);
  for (std::size_t i = 0; i < length; ++i) {
    const double centre = std::max(0.0, (static_cast<double>(i) + 0.5) * step - 0.5);
    const auto first = std::min(static_cast<std::size_t>(centre), side - 1);
    all[i] = {first, std::min(first + 1, side - 1), centre - std::floor(centre)};
  }
  return all;
}

template <typename Visit>
void BilinearResize::for_each_weight(const Visit& visit) const {
  std::size_t output = 0;
  for (std::size_t c = 0; c < image_.channels; ++c) {
    const std::size_t base = c * side_ * side_;
    for (const Tap& row : rows_) {
      const std::size_t above = base + row.first * side_, below = base + row.second * side_;
      for (const Tap& column : columns_) {
        visit(output, above + column.first, (1 - row.share) * (1 - column.share));
        visit(output, above + column.second, (1 - row.share) * column.share);
        visit(output, below + column.first, row.share * (1 - column.share));
        visit(output, below + column.second, row.share * column.share);
        ++output;
      }
    }
  }
}

void BilinearResize::apply(const double* from, double* to) const {
  std::fill_n(to, outputs(), 0.0);
  for_each_weight([&](std::size_t output, std::size_t input, double weight) {
    to[output] += weight * from[input];
  });
}

void BilinearResize::transpose(const double* from, double* to) const {
  std::fill_n(to, inputs(), 0.0);
  for_each_weight([&](std::size_t output, std::size_t input, double weight) {
    to[input] += weight * from[output];
  });
}

}  // namespace zeroth::attack
