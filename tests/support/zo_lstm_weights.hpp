// A weights file for ZO-LSTM that nobody trained.
#pragma once

#include <zeroth/random.hpp>
#include <zeroth/safetensors.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace zeroth::test {

namespace detail {

inline std::filesystem::path write_weights(const TemporaryFolder& folder,
                                           const std::vector<double>& update_input,
                                           const std::vector<double>& update_output, double scale,
                                           std::uint64_t seed) {
  zeroth::Random random(seed);
  const auto tensor = [&](const std::string& name, std::size_t rows, std::size_t columns,
                          const std::vector<double>& given = {}) {
    std::vector<double> values(rows * columns);
    for (double& v : values) v = scale * (2.0 * random.uniform() - 1.0);
    return zeroth::NamedTensor{name, {rows, columns}, given.empty() ? values : given};
  };
  const std::filesystem::path file = folder / "untrained.safetensors";
  zeroth::write_safetensors(
      file,
      {tensor("update_rnn.weight_ih_l0", 40, 1, update_input),
       tensor("update_rnn.weight_hh_l0", 40, 10), tensor("outputer.weight", 1, 10, update_output),
       tensor("query_u_rnn.weight_ih_l0", 40, 2), tensor("query_u_rnn.weight_hh_l0", 40, 10),
       tensor("query_u_outputer.weight", 1, 10)},
      "untrained");
  return file;
}

}  // namespace detail

/// Tensors with the official names, uniform on +-scale.
inline std::filesystem::path untrained_weights(const TemporaryFolder& folder, double scale) {
  return detail::write_weights(folder, {}, {}, scale, 1);
}

/// The same, but the update goes against the estimate: a sum of about -0.05 tanh of the last ones.
inline std::filesystem::path descending_weights(const TemporaryFolder& folder) {
  std::vector<double> input(40, 0.0);
  std::fill(input.begin() + 20, input.begin() + 30, 1.0);
  return detail::write_weights(folder, input, std::vector<double>(10, -0.01), 0.01, 1);
}

}  // namespace zeroth::test
