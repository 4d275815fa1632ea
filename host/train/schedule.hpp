// Which optimizations a training runs: a function of its seed alone.
#pragma once

#include <zeroth/random.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace zeroth::host {

/// Passes over the instances, each in a random order of its own.
class Schedule {
 public:
  /// instances  not empty.
  Schedule(std::uint64_t seed, std::uint64_t phase, std::vector<std::uint64_t> instances)
      : seed_(seed), phase_(phase), instances_(std::move(instances)) {}

  struct Optimization {
    std::uint64_t instance, seed;
  };
  /// number = 0, 1, ...
  Optimization operator[](std::uint64_t number) const {
    const std::uint64_t size = instances_.size();
    std::vector<std::uint64_t> order = instances_;
    Random shuffle(seed_, stream(number / size, 0));
    for (std::uint64_t i = size - 1; i > 0; --i) std::swap(order[i], order[shuffle.below(i + 1)]);
    return {order[number % size], Random(seed_, stream(number, 1)).bits()};
  }

 private:
  std::uint64_t stream(std::uint64_t number, std::uint64_t use) const {
    return (phase_ * 2 + use) << 40 | number;
  }
  std::uint64_t seed_, phase_;
  std::vector<std::uint64_t> instances_;
};

}  // namespace zeroth::host
