// Adam on a vector of weights.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace zeroth::host {

/// Kingma & Ba 2015, algorithm 1: beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 outside the root.
struct Adam {
  std::vector<double> first, second;  // moments, one value for each weight
  std::uint64_t steps = 0;

  explicit Adam(std::size_t size = 0) : first(size, 0.0), second(size, 0.0) {}

  void step(std::vector<double>& weights, const std::vector<double>& gradient,
            double learning_rate) {
    constexpr double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    ++steps;
    const double t = static_cast<double>(steps);
    const double unbias1 = 1.0 - std::pow(beta1, t), unbias2 = 1.0 - std::pow(beta2, t);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double g = gradient[i];
      first[i] = beta1 * first[i] + (1.0 - beta1) * g;
      second[i] = beta2 * second[i] + (1.0 - beta2) * g * g;
      weights[i] -=
          learning_rate * (first[i] / unbias1) / (std::sqrt(second[i] / unbias2) + epsilon);
    }
  }
};

}  // namespace zeroth::host
