#include "adversarial_attack/description.hpp"

#include <zeroth/error.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

namespace zeroth::attack {
namespace {

using Json = nlohmann::json;
using Kind = LayerDescription::Kind;

/// A kind of layer: its word, and the keys that it must and may have besides "kind".
struct KindInfo {
  Kind kind;
  const char* word;
  std::vector<std::string> wanted, allowed;
};

const std::array<KindInfo, 7>& kinds() {
  static const std::array<KindInfo, 7> all{{
      {Kind::convolution,
       "convolution",
       {"name", "outputs", "size"},
       {"stride", "padding", "bias"}},
      {Kind::batch_norm, "batch_norm", {"name"}, {"epsilon"}},
      {Kind::relu, "relu", {}, {"name"}},
      {Kind::max_pool, "max_pool", {"size"}, {"name"}},
      {Kind::flatten, "flatten", {}, {"name"}},
      {Kind::linear, "linear", {"name", "outputs"}, {"bias"}},
      {Kind::dropout, "dropout", {}, {"name"}},
  }};
  return all;
}

const KindInfo& info_of(Kind kind) { return kinds()[static_cast<std::size_t>(kind)]; }

/// A value in a message; no more of it than fits a line.
std::string shown(const Json& value) {
  if (value.is_structured()) return value.is_array() ? "a list" : "an object";
  const std::string text = value.dump();
  return text.size() <= 60 ? text : text.substr(0, 57) + "...";
}

bool holds(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// A whole number of JSON, between two others.
std::size_t count_of(const Json& value, const std::string& what, std::size_t min,
                     std::size_t max = largest_output) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < min ||
      value.get<std::uint64_t>() > max) {
    throw Error(what + " is " + shown(value) + ", expected a whole number from " +
                std::to_string(min) + " to " + std::to_string(max));
  }
  return value.get<std::size_t>();
}

double number_of(const Json& value, const std::string& what, bool positive) {
  const double number = value.is_number() ? value.get<double>() : NAN;
  if (!std::isfinite(number) || (positive && number <= 0)) {
    throw Error(what + " is " + shown(value) + ", expected a " +
                (positive ? "number above 0" : "number"));
  }
  return number;
}

LayerDescription parse_layer(const Json& entry) {
  if (!entry.is_object() || !entry.contains("kind") || !entry["kind"].is_string()) {
    throw Error("is no object with a \"kind\"");
  }
  const auto word = entry["kind"].get<std::string>();
  const auto found = std::find_if(kinds().begin(), kinds().end(),
                                  [&](const KindInfo& each) { return word == each.word; });
  if (found == kinds().end()) {
    std::string known;
    for (const KindInfo& each : kinds())
      known += (known.empty() ? "" : ", ") + std::string(each.word);
    throw Error("unknown kind " + shown(entry["kind"]) + "; there are " + known);
  }
  for (const std::string& key : found->wanted) {
    if (!entry.contains(key))
      throw Error(std::string(word).append(" without \"").append(key).append("\""));
  }
  LayerDescription layer{.kind = found->kind};
  for (const auto& [key, value] : entry.items()) {
    if (key == "kind") continue;
    if (!holds(found->wanted, key) && !holds(found->allowed, key)) {
      throw Error(std::string(word).append(" with the unknown key \"").append(key).append("\""));
    }
    if (key == "name" || key == "bias") {
      const bool right = key == "name" ? value.is_string() : value.is_boolean();
      if (!right)
        throw Error(key + " is " + shown(value) + ", expected " +
                    (key == "name" ? "text" : "true or false"));
    }
    if (key == "name") layer.name = value.get<std::string>();
    if (key == "bias") layer.bias = value.get<bool>();
    if (key == "outputs") layer.outputs = count_of(value, key, 1);
    if (key == "size") layer.size = count_of(value, key, 1);
    if (key == "stride") layer.stride = count_of(value, key, 1);
    if (key == "padding") layer.padding = count_of(value, key, 0);
    if (key == "epsilon") layer.epsilon = number_of(value, key, true);
  }
  return layer;
}

/// Of an input: each takes memory that no text has paid for.
constexpr std::size_t most_channels = 4096;

/// One number for each channel of the input.
std::vector<double> per_channel(const Json& json, const char* key, std::size_t channels,
                                double otherwise) {
  if (!json.contains(key)) return std::vector<double>(channels, otherwise);
  const Json& list = json[key];
  if (!list.is_array() || list.size() != channels) {
    throw Error(std::string(key) + " is no list of " + std::to_string(channels) +
                " numbers, one for each channel of the input");
  }
  std::vector<double> values;
  for (const Json& value : list) {
    values.push_back(number_of(value, key, key == std::string("deviation")));
  }
  return values;
}

NetworkDescription parse(const Json& json) {
  if (!json.is_object()) throw Error("it is no JSON object");
  for (const auto& [key, value] : json.items()) {
    if (!holds({"input", "mean", "deviation", "layers"}, key)) {
      throw Error("unknown key \"" + key + "\"");
    }
  }
  if (!json.contains("input") || !json["input"].is_array() || json["input"].size() != 3) {
    throw Error("input is no list [channels, height, width]");
  }
  NetworkDescription network;
  std::size_t sides[3], size = 1;
  for (std::size_t i = 0; i < 3; ++i) {
    sides[i] = count_of(json["input"][i], "input", 1, i == 0 ? most_channels : largest_output);
    if (sides[i] > largest_output / size) {
      throw Error("an input of more than " + std::to_string(largest_output) + " values");
    }
    size *= sides[i];
  }
  network.input = {sides[0], sides[1], sides[2]};
  network.mean = per_channel(json, "mean", sides[0], 0.0);
  network.deviation = per_channel(json, "deviation", sides[0], 1.0);
  if (!json.contains("layers") || !json["layers"].is_array() || json["layers"].empty()) {
    throw Error("layers is no list of layers");
  }
  Shape shape = network.input;
  std::size_t total = 0;
  for (const Json& entry : json["layers"]) {
    try {
      const LayerDescription layer = parse_layer(entry);
      shape = output_of(layer, shape);
      total += shape.size();
      if (total > largest_output) {
        throw Error("the outputs of the layers up to here have more than " +
                    std::to_string(largest_output) + " values");
      }
      network.layers.push_back(layer);
    } catch (const Error& error) {
      throw Error("layer " + std::to_string(network.layers.size() + 1) + ": " + error.what());
    }
  }
  if (shape.size() < 2)
    throw Error("the network ends with one value, expected one for each of at least two classes");
  return network;
}

}  // namespace

std::string title_of(const LayerDescription& layer) {
  const std::string word = info_of(layer.kind).word;
  return layer.name.empty() ? word : word + " " + layer.name;
}

Shape output_of(const LayerDescription& layer, Shape in) {
  const auto fail = [&](const std::string& why) { return Error(title_of(layer) + ": " + why); };
  const auto limited = [&](Shape out) {
    if (out.channels > largest_output / (out.height * out.width)) {
      throw fail("its output has more than " + std::to_string(largest_output) + " values");
    }
    return out;
  };
  switch (layer.kind) {
    case Kind::convolution:
    case Kind::max_pool: {
      const bool pool = layer.kind == Kind::max_pool;
      const std::size_t stride = pool ? layer.size : layer.stride;
      if (!pool && layer.padding >= layer.size) {
        throw fail("padding " + std::to_string(layer.padding) + " is not below its size " +
                   std::to_string(layer.size));
      }
      const auto side = [&](std::size_t length) {
        const std::size_t padded = length + 2 * layer.padding;
        if (layer.size > padded) {
          throw fail("size " + std::to_string(layer.size) + " is beyond its input of " +
                     std::to_string(in.height) + " x " + std::to_string(in.width));
        }
        return (padded - layer.size) / stride + 1;
      };
      const std::size_t height = side(in.height), width = side(in.width);
      if (height > largest_output / width) {
        throw fail("its output has more than " + std::to_string(largest_output) + " values");
      }
      return limited({pool ? in.channels : layer.outputs, height, width});
    }
    case Kind::linear:
      return limited({layer.outputs, 1, 1});
    case Kind::flatten:
      return {in.size(), 1, 1};
    case Kind::batch_norm:
    case Kind::relu:
    case Kind::dropout:
      break;
  }
  return in;
}

NetworkDescription parse_description(std::string_view json, const std::string& file) {
  try {
    return parse(Json::parse(json, nullptr, false));
  } catch (const Error& error) {
    throw Error(file + ": the description of its network: " + error.what() +
                "; problems/adversarial_attack/README.md says the format");
  }
}

}  // namespace zeroth::attack
