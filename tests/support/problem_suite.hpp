// A problem suite through its C++ class, made as the host would make it.
#pragma once

#include <zeroth/problem.hpp>

#include <memory>

#include "support/plugin_library.hpp"

namespace zeroth::test {

/// The suite with its default parameters, some replaced.  Throws what its constructor throws.
template <typename Suite>
std::unique_ptr<Suite> suite_of(const Overrides& overrides = {}) {
  const zeroth_problem& descriptor = *problem<Suite>().problem;
  const ValueTable<zeroth_problem> values(descriptor, overrides);
  return std::make_unique<Suite>(Values(values.data(), descriptor.parameter_count));
}

/// The point at which an instance starts for a seed.
template <typename Instance>
std::vector<double> start_of(const Instance& instance, std::uint64_t seed = 0) {
  std::vector<double> x(instance.dimension());
  instance.initial_point(seed, x);
  return x;
}

/// The value at one point.
template <typename Instance>
double value_at(const Instance& instance, std::span<const double> x,
                std::uint64_t minibatch = ZEROTH_FULL_DATA) {
  double f = 0;
  instance.evaluate(minibatch, x, {&f, 1});
  return f;
}

}  // namespace zeroth::test
