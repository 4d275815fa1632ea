// The networks under attack: a description of their layers, and their weights from a file.
#pragma once

#include <zeroth/safetensors.hpp>

#include <cstddef>
#include <string>
#include <vector>

#include "adversarial_attack/network.hpp"

namespace zeroth::attack {

struct LayerDescription {
  enum class Kind { convolution, relu, max_pool, linear };
  Kind kind;
  std::string name = "";    // of its tensors: name.weight, name.bias
  std::size_t outputs = 0;  // channels of a convolution, values of a linear layer
  std::size_t size = 0;     // side of a kernel or of a pooled square
};

struct NetworkDescription {
  Shape input;
  std::vector<LayerDescription> layers;
};

/// conv 5x5 to 20, pool 2, conv 5x5 to 50, pool 2, 500, 10, with ReLU between: the MNIST classifier
/// of the official ZO-LSTM code, 431,080 parameters.
const NetworkDescription& mnist_network();

/// The network with the weights of a file.  Throws zeroth::Error if a tensor is missing or has
/// another shape.
template <typename Scalar>
Network<Scalar> build(const NetworkDescription& description, const Safetensors& weights);

}  // namespace zeroth::attack
