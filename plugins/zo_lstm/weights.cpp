#include "zo_lstm/weights.hpp"

#include <zeroth/file.hpp>
#include <zeroth/random.hpp>
#include <zeroth/safetensors.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace zo_lstm {
namespace {

struct TensorName {
  std::string name;
  std::vector<std::size_t> shape;
};

// In the order of Lstm::weights.
std::array<TensorName, 3> tensors_of(const char* rnn, const char* output, Index inputs) {
  const std::string prefix = rnn;
  return {{{prefix + ".weight_ih_l0", {gates, static_cast<std::size_t>(inputs)}},
           {prefix + ".weight_hh_l0", {gates, hidden}},
           {std::string(output) + ".weight", {1, hidden}}}};
}
std::array<TensorName, 3> update_tensors() { return tensors_of("update_rnn", "outputer", 1); }
std::array<TensorName, 3> query_tensors() {
  return tensors_of("query_u_rnn", "query_u_outputer", 2);
}

void read_lstm(const zeroth::Safetensors& file, const std::array<TensorName, 3>& tensors,
               Lstm& lstm) {
  double* at = lstm.weights().data();
  for (const TensorName& tensor : tensors) {
    const std::vector<double> values = file.values(tensor.name, tensor.shape);
    at = std::copy(values.begin(), values.end(), at);
  }
}

void append(const Lstm& lstm, const std::array<TensorName, 3>& tensors,
            std::vector<zeroth::NamedTensor>& all) {
  const double* at = lstm.weights().data();
  for (const TensorName& tensor : tensors) {
    const std::size_t size = tensor.shape[0] * tensor.shape[1];
    all.push_back({tensor.name, tensor.shape, {at, at + size}});
    at += size;
  }
}

}  // namespace

Weights Weights::read(const std::filesystem::path& path) {
  const zeroth::Safetensors file(
      zeroth::read_file(path, "the weights that `zeroth train` wrote (safetensors)", "weights"),
      path.string());
  Weights weights;
  read_lstm(file, update_tensors(), weights.update);
  const auto query = query_tensors();
  if (std::any_of(query.begin(), query.end(),
                  [&](const TensorName& tensor) { return file.contains(tensor.name); })) {
    read_lstm(file, query, weights.query.emplace(2));
  }
  return weights;
}

void Weights::write(const std::filesystem::path& path, const std::string& note) const {
  std::vector<zeroth::NamedTensor> all;
  append(update, update_tensors(), all);
  if (query) append(*query, query_tensors(), all);
  zeroth::write_safetensors(path, all, note);
}

Lstm random_lstm(Index inputs, double input_scale, std::uint64_t seed, std::uint64_t stream) {
  Lstm lstm(inputs);
  zeroth::Random random(seed, stream);
  const double bound = 1.0 / std::sqrt(static_cast<double>(hidden));
  for (double& w : lstm.weights()) w = bound * (2.0 * random.uniform() - 1.0);
  lstm.weights().head(inputs * gates) *= input_scale;
  lstm.weights().tail(hidden) *= 0.1;
  return lstm;
}

}  // namespace zo_lstm
