// Texts of a plugin, which may be anything: what is wrong with one, and how much of it is told.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "check/finding.hpp"
#include "printable.hpp"

namespace zeroth::host::check {

/// Of a longer text, the first bytes, and how long it is.
inline std::string beginning(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  return fmt::format("{}... ({} bytes)", text.substr(0, bytes), text.size());
}

inline constexpr std::size_t longest_name = 200, longest_prose = 20'000;  // bytes

/// What a text may have: a name is short and of one line.
enum class TextKind { name, prose };

/// Fails for NULL, what is empty, too long, not UTF-8, or has control characters.
/// whose  "its id", "the label of instance 3".
inline void require_text(const char* text, const std::string& whose,
                         TextKind kind = TextKind::prose, bool may_be_empty = false) {
  if (text == nullptr) fail(whose + " is NULL");
  const std::string_view all(text);
  if (!may_be_empty && all.empty()) fail(whose + " is empty");
  const std::size_t most = kind == TextKind::name ? longest_name : longest_prose;
  if (all.size() > most)
    fail(fmt::format("{} has {} bytes, more than {}", whose, all.size(), most));
  if (printable(all) != all)
    fail(fmt::format("{}, '{}', has control characters or is not UTF-8", whose,
                     beginning(printable(all), longest_name)));
  if (kind == TextKind::name && all.find_first_of("\n\t") != std::string_view::npos)
    fail(fmt::format("{}, '{}', is not one line without tabs", whose, all));
}

}  // namespace zeroth::host::check
