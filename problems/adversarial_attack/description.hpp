// The layers of a network as data: what stands in a file beside the weights.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "adversarial_attack/shape.hpp"

namespace zeroth::attack {

struct LayerDescription {
  enum class Kind { convolution, batch_norm, relu, max_pool, flatten, linear, dropout };
  Kind kind;
  std::string name = "";                // of its tensors: name.weight, ...
  std::size_t outputs = 0;              // channels of a convolution, values of a linear layer
  std::size_t size = 0;                 // side of a kernel or of a pooled square
  std::size_t stride = 1, padding = 0;  // of a convolution
  bool bias = true;                     // of a convolution or a linear layer: whether there is one
  double epsilon = 1e-5;                // of a batch norm
};

struct NetworkDescription {
  Shape input;
  std::vector<double> mean, deviation;  // by channel: it sees (pixel - mean) / deviation
  std::vector<LayerDescription> layers;
};

/// The shape of what a layer makes of `in`.  Throws zeroth::Error, without a file, if it cannot: a
/// kernel beyond its input, or an output of more than largest_output values.
Shape output_of(const LayerDescription& layer, Shape in);
inline constexpr std::size_t largest_output = std::size_t{1} << 26;

/// "convolution conv1"
std::string title_of(const LayerDescription& layer);

/// Reads a description; README.md says the format.  Every shape is then known to fit, and the
/// network ends with at least two values.  Memory stays in proportion to the text.
/// Throws zeroth::Error that starts with `file` and names the layer and the remedy.
NetworkDescription parse_description(std::string_view json, const std::string& file);

}  // namespace zeroth::attack
