#include "adversarial_attack/split.hpp"

#include <zeroth/error.hpp>
#include <zeroth/random.hpp>

#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

namespace zeroth::attack {

ImageSplit parse_split(Bytes bytes, std::size_t images, const std::string& file) {
  const auto fail = [&](const std::string& what) {
    return Error(
        file + ": " + what +
        "; the parameter split_file wants a JSON object {\"train\": [...], \"test\": [...]} of "
        "positions in the image file");
  };
  const auto json = nlohmann::json::parse(bytes.begin(), bytes.end(), nullptr, false);
  if (!json.is_object()) throw fail("this is not a JSON object");
  const auto list = [&](const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_array()) {
      throw fail("there is no list " + std::string(key));
    }
    std::vector<std::size_t> positions;
    for (const auto& value : *found) {
      if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= images) {
        throw fail("entry " + std::to_string(positions.size()) + " of " + key +
                   " is not a whole number from 0 to " + std::to_string(images - 1));
      }
      positions.push_back(value.get<std::size_t>());
    }
    return positions;
  };
  return {list("train"), list("test")};
}

ImageSplit draw_split(std::size_t images, const std::function<bool(std::size_t)>& right) {
  constexpr std::size_t most = 100;
  std::vector<std::size_t> order(images), chosen;
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random random(1234);
  for (std::size_t i = 0; i < images && chosen.size() < 2 * most; ++i) {
    std::swap(order[i], order[i + random.below(images - i)]);
    if (right(order[i])) chosen.push_back(order[i]);
  }
  const auto middle = chosen.begin() + static_cast<std::ptrdiff_t>(chosen.size() / 2);
  return {{chosen.begin(), middle}, {middle, chosen.end()}};
}

}  // namespace zeroth::attack
