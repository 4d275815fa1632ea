#include "adversarial_attack/target_network.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "adversarial_attack/convolution.hpp"
#include "adversarial_attack/winograd.hpp"

namespace zeroth::attack {
namespace {

using Kind = LayerDescription::Kind;

/// Fewer input channels make products so thin that to spread the tiles costs more than it saves.
constexpr std::size_t worth_spreading = 8;

/// y = scale x + shift, by channel.
struct Affine {
  std::vector<double> scale, shift;
};

/// y = weight (x - mean) / sqrt(variance + epsilon) + bias
Affine read_batch_norm(const LayerDescription& layer, std::size_t channels,
                       const Safetensors& weights, const std::string& file) {
  const auto tensor = [&](const char* part) {
    return weights.values(layer.name + part, {channels});
  };
  Affine affine{tensor(".weight"), tensor(".bias")};
  const auto mean = tensor(".running_mean"), variance = tensor(".running_var");
  for (std::size_t c = 0; c < channels; ++c) {
    affine.scale[c] /= std::sqrt(variance[c] + layer.epsilon);
    affine.shift[c] -= affine.scale[c] * mean[c];
    if (!(variance[c] >= 0) || !std::isfinite(affine.scale[c]) || !std::isfinite(affine.shift[c])) {
      throw Error(file + ": tensor " + layer.name + ".running_var holds " +
                  std::to_string(variance[c]) + " at position " + std::to_string(c) +
                  ", which is no variance that can be divided by; write the file again");
    }
  }
  return affine;
}

/// A convolution or a linear layer whose weights may still change, because a batch norm follows.
struct Product {
  const LayerDescription* layer;
  Shape in, out;
  std::vector<double> weight, bias;

  void fold(const Affine& affine) {
    const std::size_t inputs = weight.size() / bias.size();
    for (std::size_t o = 0; o < bias.size(); ++o) {
      for (std::size_t i = 0; i < inputs; ++i) weight[o * inputs + i] *= affine.scale[o];
      bias[o] = bias[o] * affine.scale[o] + affine.shift[o];
    }
  }
  template <typename Scalar>
  std::unique_ptr<Layer<Scalar>> made() const {
    if (layer->kind == Kind::linear) {
      return std::make_unique<Linear<Scalar>>(in, layer->outputs, weight, bias);
    }
    if (layer->size == 3 && layer->stride == 1 && in.channels >= worth_spreading) {
      return std::make_unique<WinogradConvolution<Scalar>>(in, layer->outputs, weight, bias,
                                                           layer->padding);
    }
    return std::make_unique<Convolution<Scalar>>(in, layer->outputs, layer->size, weight, bias,
                                                 layer->stride, layer->padding);
  }
};

Product read_product(const LayerDescription& layer, Shape in, const Safetensors& weights) {
  const std::vector<std::size_t> shape =
      layer.kind == Kind::linear
          ? std::vector<std::size_t>{layer.outputs, in.size()}
          : std::vector<std::size_t>{layer.outputs, in.channels, layer.size, layer.size};
  return {&layer, in, output_of(layer, in), weights.values(layer.name + ".weight", shape),
          layer.bias ? weights.values(layer.name + ".bias", {layer.outputs})
                     : std::vector<double>(layer.outputs, 0.0)};
}

}  // namespace

const NetworkDescription& official_mnist_network() {
  using enum LayerDescription::Kind;
  static const NetworkDescription description{
      .input = {1, 28, 28},
      .mean = {0.1307},  // of the training pixels, and their deviation
      .deviation = {0.3081},
      .layers = {
          {.kind = convolution, .name = "conv1", .outputs = 20, .size = 5},
          {.kind = relu},
          {.kind = max_pool, .size = 2},
          {.kind = convolution, .name = "conv2", .outputs = 50, .size = 5},
          {.kind = relu},
          {.kind = max_pool, .size = 2},
          {.kind = linear, .name = "fc1", .outputs = 500},
          {.kind = relu},
          {.kind = linear, .name = "fc2", .outputs = 10},
      }};
  return description;
}

std::optional<NetworkDescription> description_in(const Safetensors& weights,
                                                 const std::string& file) {
  const std::string json = weights.metadata(description_key);
  if (json.empty()) return std::nullopt;
  return parse_description(json, file);
}

template <typename Scalar>
Network<Scalar> build(const NetworkDescription& description, const Safetensors& weights,
                      const std::string& file) {
  std::vector<std::unique_ptr<Layer<Scalar>>> layers;
  std::optional<Product> product;  // read, but not yet among the layers
  const auto add = [&](std::unique_ptr<Layer<Scalar>> layer) {
    if (product) layers.push_back(product->template made<Scalar>());
    product.reset();
    if (layer) layers.push_back(std::move(layer));
  };
  Shape shape = description.input;
  for (const LayerDescription& layer : description.layers) {
    const Shape out = output_of(layer, shape);
    switch (layer.kind) {
      case Kind::convolution:
      case Kind::linear:
        add(nullptr);
        product = read_product(layer, shape, weights);
        break;
      case Kind::batch_norm: {
        const Affine affine = read_batch_norm(layer, shape.channels, weights, file);
        if (product && product->out.channels == shape.channels) {
          product->fold(affine);
        } else {
          add(std::make_unique<ScaleShift<Scalar>>(shape, affine.scale, affine.shift));
        }
        break;
      }
      case Kind::relu:
        add(std::make_unique<Relu<Scalar>>(shape));
        break;
      case Kind::max_pool:
        add(std::make_unique<MaxPool<Scalar>>(shape, layer.size));
        break;
      case Kind::flatten:  // the values lie in that order already
      case Kind::dropout:  // acts in training alone
        break;
    }
    shape = out;
  }
  add(nullptr);
  if (layers.empty()) throw Error(file + ": its network has no layer that computes; name another");
  return Network<Scalar>(description.input, std::move(layers));
}

template Network<double> build(const NetworkDescription&, const Safetensors&, const std::string&);
template Network<float> build(const NetworkDescription&, const Safetensors&, const std::string&);

}  // namespace zeroth::attack
