// The description of a network: JSON.
#include "adversarial_attack/description.hpp"

#include <zeroth/error.hpp>

#include "fuzz.hpp"

using namespace zeroth;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::may_refuse<Error>("FILE", [&] {
    const auto network = attack::parse_description(fuzz::Input(data, size).text(), "FILE");
    attack::Shape shape = network.input;
    for (const attack::LayerDescription& layer : network.layers) {
      shape = attack::output_of(layer, shape);
      fuzz::require(shape.size() > 0 && shape.size() <= attack::largest_output);
      fuzz::require(!attack::title_of(layer).empty());
    }
    fuzz::require(network.mean.size() == network.input.channels);
    fuzz::require(network.deviation.size() == network.input.channels);
  });
  return 0;
}
