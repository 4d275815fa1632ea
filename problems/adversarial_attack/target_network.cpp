#include "adversarial_attack/target_network.hpp"

#include <utility>

namespace zeroth::attack {

const NetworkDescription& mnist_network() {
  using enum LayerDescription::Kind;
  static const NetworkDescription description{.input = {1, 28, 28},
                                              .layers = {
                                                  {convolution, "conv1", 20, 5},
                                                  {relu},
                                                  {.kind = max_pool, .size = 2},
                                                  {convolution, "conv2", 50, 5},
                                                  {relu},
                                                  {.kind = max_pool, .size = 2},
                                                  {linear, "fc1", 500},
                                                  {relu},
                                                  {linear, "fc2", 10},
                                              }};
  return description;
}

template <typename Scalar>
Network<Scalar> build(const NetworkDescription& description, const Safetensors& weights) {
  std::vector<std::unique_ptr<Layer<Scalar>>> layers;
  Shape shape = description.input;
  for (const LayerDescription& layer : description.layers) {
    const auto weight = [&](const std::vector<std::size_t>& dimensions) {
      return weights.values(layer.name + ".weight", dimensions);
    };
    const auto bias = [&] { return weights.values(layer.name + ".bias", {layer.outputs}); };
    switch (layer.kind) {
      case LayerDescription::Kind::convolution:
        layers.push_back(std::make_unique<Convolution<Scalar>>(
            shape, layer.outputs, layer.size,
            weight({layer.outputs, shape.channels, layer.size, layer.size}), bias()));
        break;
      case LayerDescription::Kind::relu:
        layers.push_back(std::make_unique<Relu<Scalar>>(shape));
        break;
      case LayerDescription::Kind::max_pool:
        layers.push_back(std::make_unique<MaxPool<Scalar>>(shape, layer.size));
        break;
      case LayerDescription::Kind::linear:
        layers.push_back(std::make_unique<Linear<Scalar>>(
            shape, layer.outputs, weight({layer.outputs, shape.size()}), bias()));
        break;
    }
    shape = layers.back()->out();
  }
  return Network<Scalar>(std::move(layers));
}

template Network<double> build(const NetworkDescription&, const Safetensors&);
template Network<float> build(const NetworkDescription&, const Safetensors&);

}  // namespace zeroth::attack
