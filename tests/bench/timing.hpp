// Medians of interleaved timings.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

namespace zeroth::bench {

inline constexpr int repeats = 41;

template <typename Body>
double milliseconds(int times, const Body& body) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) body();
  const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
  return spent.count() / times;
}

inline double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

/// Runs the bodies in turn, so that a machine that slows down slows all of them; medians in ms.
template <typename... Body>
std::array<double, sizeof...(Body)> interleaved(int times, const Body&... body) {
  std::vector<double> spent[sizeof...(Body)];
  for (int r = 0; r < repeats; ++r) {
    std::size_t k = 0;
    (spent[k++].push_back(milliseconds(times, body)), ...);
  }
  std::array<double, sizeof...(Body)> medians;
  std::transform(std::begin(spent), std::end(spent), medians.begin(), median);
  return medians;
}

}  // namespace zeroth::bench
