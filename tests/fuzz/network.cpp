// A network to attack: safetensors, the description in them, and the weights for it.
#include "adversarial_attack/network.hpp"

#include <algorithm>
#include <vector>

#include "adversarial_attack/target_network.hpp"
#include "fuzz.hpp"

using namespace zeroth;

namespace {

// One point through it, there and back, where that is quick.
void use(const attack::Network<float>& network, const attack::NetworkDescription& description) {
  std::size_t values = network.inputs();
  attack::Shape shape = description.input;
  for (const attack::LayerDescription& layer : description.layers) {
    shape = attack::output_of(layer, shape);
    values += shape.size();
  }
  if (values > 2000) return;
  const std::vector<float> x(network.inputs(), 0.5F);
  std::vector<float> y(network.outputs()), dx(network.inputs());
  network.forward(1, x.data(), y.data());
  network.gradient(
      x.data(), [&](const float*, float* dy) { std::fill_n(dy, y.size(), 1.0F); }, dx.data());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::may_refuse<Error>("FILE", [&] {
    const Safetensors file({data, data + size}, "FILE");
    const auto description = attack::description_in(file, "FILE");
    if (description) use(attack::build<float>(*description, file, "FILE"), *description);
  });
  return 0;
}
