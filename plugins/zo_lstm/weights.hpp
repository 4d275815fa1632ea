// The learned weights of ZO-LSTM.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "zo_lstm/lstm.hpp"

namespace zo_lstm {

struct Weights {
  Lstm update{1};             // from the estimate
  std::optional<Lstm> query;  // from the last estimate and the last update

  /// A safetensors file with the official names: update_rnn.weight_ih_l0 (40 x 1), .weight_hh_l0
  /// (40 x 10), outputer.weight (1 x 10); query_u_rnn.*, query_u_outputer.weight, or none of these.
  /// Throws zeroth::Error that names file, tensor and remedy.
  static Weights read(const std::filesystem::path& file);
  /// Throws zeroth::Error if the file cannot be written.
  void write(const std::filesystem::path& file, const std::string& note) const;
};

/// As PyTorch draws them: uniform on +-1/sqrt(hidden), those of the inputs times input_scale, the
/// output on a tenth.
Lstm random_lstm(Index inputs, double input_scale, std::uint64_t seed, std::uint64_t stream);

}  // namespace zo_lstm
