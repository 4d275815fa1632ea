// Networks from files: the description, the weights, and PyTorch's answers.
#include "adversarial_attack/target_network.hpp"

#include <zeroth/error.hpp>
#include <zeroth/file.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "adversarial_attack/images.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/safetensors_bytes.hpp"

using namespace zeroth::attack;
using zeroth::Safetensors;

namespace {

std::string with_layers(const std::string& layers) {
  return R"({"input": [2, 6, 5], "layers": [)" + layers + "]}";
}

const std::string conv = R"({"kind": "convolution", "name": "c", "outputs": 4, "size": 3})";

Network<double> network_of(const std::string& description,
                           const std::vector<zeroth::test::ZeroTensor>& tensors) {
  const Safetensors weights(zeroth::test::zero_safetensors(tensors), "w.safetensors");
  return build<double>(parse_description(description, "w.safetensors"), weights, "w.safetensors");
}

}  // namespace

// Source: tests/data/make_all_layers.py, PyTorch in float64.  Folding a batch norm rounds once more
// for each weight: 1e-12 is far above it and far below any mistake.
TEST_CASE("a network of all kinds of layers gives PyTorch's outputs and gradients", "[target]") {
  const std::string file = std::string(ZEROTH_SOURCE_DIR) + "/tests/data/all_layers.safetensors";
  const Safetensors golden(zeroth::read_file(file, "the golden values", "none"), file);
  const auto description = description_in(golden, file);
  REQUIRE(description);
  const auto network = build<double>(*description, golden, file);
  const std::size_t n = 5, d = network.inputs(), classes = network.outputs();
  REQUIRE(d == 3 * 11 * 9);
  REQUIRE(classes == 4);
  const auto x = golden.values("x", {n, 3, 11, 9}), y = golden.values("y", {n, classes}),
             dx = golden.values("dx", {n, 3, 11, 9}), direction = golden.values("direction", {4});
  std::vector<double> seen(n * d), outputs(n * classes);
  const std::size_t pixels = d / 3;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const std::size_t channel = i % d / pixels;
    seen[i] = (x[i] - description->mean[channel]) / description->deviation[channel];
  }
  network.forward(n, seen.data(), outputs.data());
  for (std::size_t i = 0; i < outputs.size(); ++i) CHECK(std::abs(outputs[i] - y[i]) < 1e-12);
  std::vector<double> slope(d);
  for (std::size_t k = 0; k < n; ++k) {
    network.gradient(
        seen.data() + k * d,
        [&](const double*, double* dy) { std::copy(direction.begin(), direction.end(), dy); },
        slope.data());
    for (std::size_t i = 0; i < d; ++i) {
      CHECK(std::abs(slope[i] / description->deviation[i / pixels] - dx[k * d + i]) < 1e-12);
    }
  }
}

TEST_CASE("a network that flattens first takes images all the same", "[target]") {
  const auto network = network_of(
      with_layers(R"({"kind": "flatten"}, {"kind": "linear", "name": "l", "outputs": 3})"),
      {{"l.weight", {3, 60}}, {"l.bias", {3}}});
  CHECK(network.input().channels == 2);
  CHECK(network.input().height == 6);
  CHECK(network.input().width == 5);
}

// Source: tests/data/make_target_logits.py, PyTorch in float64.
TEST_CASE("the shipped networks give PyTorch's outputs on 100 test images", "[target]") {
  ZEROTH_DATA_OR_SKIP(data);
  const std::string golden_file =
      std::string(ZEROTH_SOURCE_DIR) + "/tests/data/target_logits.safetensors";
  const Safetensors golden(zeroth::read_file(golden_file, "the golden values", "none"),
                           golden_file);
  const auto bytes = [&](const std::filesystem::path& file) {
    return zeroth::read_file(data / file, "images", "none");
  };
  constexpr std::size_t n = 100;
  for (const std::string name : {"mnist", "cifar10"}) {
    CAPTURE(name);
    Images images;
    if (name == "mnist") {
      images = parse_mnist(bytes("mnist/t10k-images-idx3-ubyte.gz"), "images",
                           bytes("mnist/t10k-labels-idx1-ubyte.gz"), "labels");
    } else {
      parse_cifar10(bytes("cifar10/test_batch.first1017.bin"), "images", images);
    }
    const std::string file =
        std::string(ZEROTH_SOURCE_DIR) + "/share/models/" + name + ".safetensors";
    const Safetensors weights(zeroth::read_file(file, "the network", "none"), file);
    const auto description = description_in(weights, file);
    REQUIRE(description);
    const auto network = build<double>(*description, weights, file);
    const std::size_t d = network.inputs(), plane = d / images.shape.channels;
    REQUIRE(d == images.shape.size());
    std::vector<double> seen(n * d), logits(n * 10);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const std::size_t channel = i % d / plane;
      seen[i] =
          (images.pixels[i] / 255.0 - description->mean[channel]) / description->deviation[channel];
    }
    network.forward(n, seen.data(), logits.data());
    const auto expected = golden.values(name, {n, 10});
    for (std::size_t i = 0; i < logits.size(); ++i) CHECK(std::abs(logits[i] - expected[i]) < 1e-9);
  }
}

TEST_CASE("what is wrong with a description is said with its layer", "[target]") {
  const std::pair<std::string, const char*> mistakes[] = {
      {"", "is no JSON object"},
      {"[]", "is no JSON object"},
      {R"({"input": [1, 2, 3], "layers": [], "colour": 1})", "unknown key \"colour\""},
      {R"({"input": [1, 2], "layers": []})", "input is no list [channels, height, width]"},
      {R"({"input": [67108864, 1, 1], "layers": []})", "expected a whole number from 1 to 4096"},
      {R"({"input": [1, 0, 2], "layers": []})", "input is 0, expected a whole number from 1"},
      {R"({"input": [3, 60000, 60000], "layers": []})", "an input of more than"},
      {R"({"input": [1, 2, 3], "layers": []})", "layers is no list of layers"},
      {R"({"input": [1, 2, 3], "mean": [1, 2], "layers": []})", "mean is no list of 1 numbers"},
      {R"({"input": [1, 2, 3], "deviation": [0], "layers": []})",
       "deviation is 0, expected a number above 0"},
      {with_layers("3"), "layer 1: is no object with a \"kind\""},
      {with_layers(R"({"kind": "softmax"})"),
       "layer 1: unknown kind \"softmax\"; there are convolution, "},
      {with_layers(conv + R"(, {"kind": "convolution", "name": "d", "size": 1})"),
       "layer 2: convolution without \"outputs\""},
      {with_layers(R"({"kind": "relu", "slope": 1})"),
       "layer 1: relu with the unknown key \"slope\""},
      {with_layers(R"({"kind": "linear", "name": "f", "outputs": -1})"),
       "layer 1: outputs is -1, expected"},
      {with_layers(R"({"kind": "linear", "name": "f", "outputs": 1.5})"),
       "layer 1: outputs is 1.5, expected"},
      {with_layers(R"({"kind": "linear", "name": "f", "outputs": 18446744073709551615})"),
       "layer 1: outputs is 18446744073709551615, expected"},
      {with_layers(R"({"kind": "linear", "name": [[1]], "outputs": 2})"),
       "layer 1: name is a list, expected text"},
      {with_layers(R"({"kind": "batch_norm", "name": "b", "epsilon": 0})"),
       "layer 1: epsilon is 0, expected a number above 0"},
      {with_layers(R"({"kind": "convolution", "name": "c", "outputs": 4, "size": 6})"),
       "layer 1: convolution c: size 6 is beyond its input of 6 x 5"},
      {with_layers(
           R"({"kind": "convolution", "name": "c", "outputs": 4, "size": 3, "padding": 3})"),
       "layer 1: convolution c: padding 3 is not below its size 3"},
      {with_layers(conv + "," + R"({"kind": "max_pool", "size": 4})"),
       "layer 2: max_pool: size 4 is beyond its input of 4 x 3"},
      {with_layers(R"({"kind": "convolution", "name": "c", "outputs": 60000000, "size": 1})"),
       "layer 1: convolution c: its output has more than"},
      {with_layers(R"({"kind": "linear", "name": "f", "outputs": 60000000}, {"kind": "relu"})"),
       "layer 2: the outputs of the layers up to here"},
      {with_layers(R"({"kind": "linear", "name": "f", "outputs": 1})"),
       "the network ends with one value"},
  };
  for (const auto& [json, why] : mistakes) {
    CAPTURE(json);
    CHECK_THROWS_WITH(
        parse_description(json, "w.safetensors"),
        ContainsSubstring("w.safetensors: the description of its network: ") &&
            ContainsSubstring(why) &&
            ContainsSubstring("; problems/adversarial_attack/README.md says the format"));
  }
  // A deep nest is neither followed nor printed.
  CHECK_THROWS_WITH(parse_description(with_layers(R"({"kind": )" + std::string(100'000, '[') +
                                                  std::string(100'000, ']') + "}"),
                                      "w.safetensors"),
                    ContainsSubstring("layer 1: is no object with a \"kind\""));
}

TEST_CASE("tensors that do not fit the description are refused by name", "[target]") {
  const std::string one = with_layers(conv + R"(, {"kind": "batch_norm", "name": "b"})");
  const std::vector<zeroth::test::ZeroTensor> tensors{
      {"c.weight", {4, 2, 3, 3}}, {"c.bias", {4}},       {"b.weight", {4}}, {"b.bias", {4}},
      {"b.running_mean", {4}},    {"b.running_var", {4}}};
  CHECK(network_of(one, tensors).outputs() == 4 * 4 * 3);
  for (std::size_t k = 0; k < tensors.size(); ++k) {
    auto fewer = tensors, other = tensors;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(k));
    other[k].shape.back() += 1;
    CAPTURE(tensors[k].name);
    CHECK_THROWS_WITH(network_of(one, fewer),
                      ContainsSubstring("w.safetensors: missing tensor " + tensors[k].name));
    CHECK_THROWS_WITH(network_of(one, other),
                      ContainsSubstring("w.safetensors: tensor " + tensors[k].name + " has shape"));
  }
  const std::string unbiased = with_layers(
      R"({"kind": "convolution", "name": "c", "outputs": 4, "size": 3, "bias": false})");
  CHECK(network_of(unbiased, {{"c.weight", {4, 2, 3, 3}}}).outputs() == 48);
  CHECK_THROWS_WITH(network_of(with_layers(R"({"kind": "flatten"})"), {}),
                    ContainsSubstring("w.safetensors: its network has no layer that computes"));
}

TEST_CASE("a variance below zero is refused", "[target]") {
  const std::string json = with_layers(R"({"kind": "batch_norm", "name": "b"})");
  std::vector<std::uint8_t> bytes = zeroth::test::zero_safetensors(
      {{"b.weight", {2}}, {"b.bias", {2}}, {"b.running_mean", {2}}, {"b.running_var", {2}}});
  bytes[bytes.size() - 1] = 0xbf;  // the last float: -1
  bytes[bytes.size() - 2] = 0x80;
  const Safetensors weights(bytes, "w.safetensors");
  CHECK_THROWS_WITH(
      build<double>(parse_description(json, "w.safetensors"), weights, "w.safetensors"),
      ContainsSubstring("w.safetensors: tensor b.running_var holds -1.000000 at position 1"));
}
