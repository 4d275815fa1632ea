// C forms of what crosses the plugin boundary.
#pragma once

#include <zeroth/abi.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "plugins/descriptor.hpp"
#include "plugins/instances.hpp"

namespace zeroth::host {

struct Message {
  std::array<char, 2048> text{};
  zeroth_message abi{text.data(), text.size() - 1};  // the last byte stays 0
};

/// Copies text into a caller's buffer, cut to what fits; message may be null.
inline void tell(zeroth_message* message, std::string_view text) {
  if (message == nullptr || message->text == nullptr || message->capacity == 0) return;
  message->text[text.copy(message->text, message->capacity - 1)] = '\0';
}

/// Held during a call into a library that takes one at a time; else nothing.
inline std::unique_lock<std::mutex> exclusive(const Descriptor& descriptor) {
  return descriptor.one_at_a_time ? std::unique_lock(*descriptor.one_at_a_time)
                                  : std::unique_lock<std::mutex>();
}

/// Borrows names and texts from both.
inline std::vector<zeroth_value> boundary_values(const std::vector<Parameter>& parameters,
                                                 const Values& values) {
  std::vector<zeroth_value> all;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    zeroth_value value{parameters[i].name.c_str(), 0.0, 0, ""};
    if (const auto* real = std::get_if<double>(&values[i])) value.real = *real;
    if (const auto* integer = std::get_if<std::int64_t>(&values[i])) value.integer = *integer;
    if (const auto* boolean = std::get_if<bool>(&values[i])) value.integer = *boolean ? 1 : 0;
    if (const auto* text = std::get_if<std::string>(&values[i])) value.text = text->c_str();
    all.push_back(value);
  }
  return all;
}

}  // namespace zeroth::host
