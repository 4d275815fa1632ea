// A network under attack, from the file that holds its weights.
#pragma once

#include <zeroth/safetensors.hpp>

#include <optional>
#include <string>

#include "adversarial_attack/description.hpp"
#include "adversarial_attack/network.hpp"

namespace zeroth::attack {

/// The key of the metadata under which a safetensors file holds the description of its network.
inline constexpr const char* description_key = "zeroth.network";

/// conv 5x5 to 20, pool 2, conv 5x5 to 50, pool 2, 500, 10, with ReLU between: the MNIST classifier
/// of the official ZO-LSTM code, 431,080 parameters, whose file does not describe it.
const NetworkDescription& official_mnist_network();

/// The description in the metadata of `weights`, if there is one.  Throws as parse_description().
std::optional<NetworkDescription> description_in(const Safetensors& weights,
                                                 const std::string& file);

/// The network with the weights of a file: `name.weight` and `name.bias` in PyTorch's layouts, and
/// of a batch norm `name.running_mean` and `name.running_var`, which is folded into the convolution
/// or linear layer before it.  The description must have come from parse_description() or here.
/// Throws zeroth::Error that starts with `file` if a tensor is missing or has another shape.
template <typename Scalar>
Network<Scalar> build(const NetworkDescription& description, const Safetensors& weights,
                      const std::string& file);

}  // namespace zeroth::attack
