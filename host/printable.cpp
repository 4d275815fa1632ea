#include "printable.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>

namespace zeroth::host {
namespace {

// Bytes of the code point that the text begins with; 0 where that is not UTF-8 (RFC 3629).
std::size_t code_point(std::string_view text) {
  const auto byte = [text](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  std::uint32_t value = first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return 0;
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value < 0xE000;
  const bool good = first >= 0xC0 && first < 0xF8 && value >= least[length] && value < 0x110000;
  return good && !surrogate ? length : 0;
}

}  // namespace

std::string printable(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = code_point(bytes);
    const unsigned char c = static_cast<unsigned char>(bytes[0]);
    const bool control = (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F ||
                         (c == 0xC2 && length == 2 && static_cast<unsigned char>(bytes[1]) < 0xA0);
    if (length == 0 || control) {
      text += '?';
      bytes.remove_prefix(length == 0 ? 1 : length);
    } else {
      text += bytes.substr(0, length);
      bytes.remove_prefix(length);
    }
  }
  return text;
}

std::string last_lines(std::string_view text, std::size_t bytes) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  if (text.size() <= bytes) return std::string(text);
  std::string_view end = text.substr(text.size() - bytes);
  const std::size_t newline = end.find('\n');
  if (newline != std::string_view::npos) return std::string(end.substr(newline + 1));
  while (!end.empty() && (end[0] & 0xC0) == 0x80) end.remove_prefix(1);  // a cut code point
  return std::string(end);
}

std::string shell_word(const std::string& text) {
  const std::string plain = "+,-./:=@_%^";
  if (!text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
        return std::isalnum(c) != 0 || plain.find(static_cast<char>(c)) != std::string::npos;
      }))
    return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

}  // namespace zeroth::host
