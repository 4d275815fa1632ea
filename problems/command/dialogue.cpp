#include "command/dialogue.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>

namespace zeroth::command {
namespace {

using Json = nlohmann::json;

constexpr double failed = std::numeric_limits<double>::quiet_NaN();

void append_number(std::string& text, double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  text.append(digits.data(), end.ptr);
}

void append_row(std::string& text, std::span<const double> x, const char* between) {
  for (std::size_t j = 0; j < x.size(); ++j) {
    if (j > 0) text += between;
    append_number(text, x[j]);
  }
}

double finite_or_failed(double value) { return std::isfinite(value) ? value : failed; }

std::string_view trimmed(std::string_view text) {
  constexpr const char* blanks = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// 0 or an infinity: what a number is that is too small or too large for a double.
double beyond_double(std::string_view number) {
  const double sign = number.front() == '-' ? -1.0 : 1.0;
  const std::size_t end = std::min(number.find_first_of("eE"), number.size());
  const std::string_view digits = number.substr(0, end);
  const auto point = static_cast<long long>(std::min(digits.find('.'), end));
  const std::size_t leading = digits.find_first_of("123456789");
  if (leading == std::string_view::npos) return 0.0;
  number.remove_prefix(std::min(end + 1, number.size()));
  if (number.starts_with('+')) number.remove_prefix(1);
  long long exponent = 0;
  const auto [_, error] = std::from_chars(number.data(), number.data() + number.size(), exponent);
  const bool is_large = error == std::errc::result_out_of_range
                            ? number.front() != '-'
                            : exponent > static_cast<long long>(leading) - point;
  return is_large ? sign * std::numeric_limits<double>::infinity() : 0.0;
}

std::string count(std::size_t n, const char* what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

std::optional<std::string> read_plain(std::string_view answer, std::span<double> f) {
  std::size_t lines = 0;
  while (!answer.empty()) {
    const std::size_t end = answer.find('\n');
    const std::string_view line = answer.substr(0, end);
    answer.remove_prefix(end == std::string_view::npos ? answer.size() : end + 1);
    if (lines == f.size()) return "more than " + count(f.size(), "line");
    const std::optional<double> value = number_in(line);
    if (!value) return shown(line) + " is not a number";
    f[lines++] = finite_or_failed(*value);
  }
  if (lines == f.size()) return std::nullopt;
  return count(lines, "line") + " for " + count(f.size(), "point");
}

std::optional<double> value_of(const Json& json) {
  if (json.is_null()) return failed;
  if (json.is_number()) return finite_or_failed(json.get<double>());
  return std::nullopt;
}

// NaN and infinity as Python and others write them, which are no JSON, and numbers that no double
// holds, as null.
std::string without_infinite(std::string_view json) {
  std::string plain;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size();) {
    std::size_t length = 1;
    bool is_value = false;
    if (!in_text) {
      for (const std::string_view value : {"NaN", "Infinity", "-Infinity"}) {
        if (json.substr(i, value.size()) != value) continue;
        is_value = true;
        length = value.size();
      }
      const std::size_t digits = json.substr(i).find_first_not_of("+-.0123456789eE");
      const std::string_view number = json.substr(i, digits);
      if (!is_value && !number.empty()) {
        length = number.size();
        is_value = std::isinf(number_in(number).value_or(0));
      }
    } else if (json[i] == '\\') {
      length = 2;
    }
    if (json[i] == '"') in_text = !in_text;
    plain += is_value ? "null" : json.substr(i, length);
    i += length;
  }
  return plain;
}

std::optional<std::string> read_json(std::string_view answer, std::span<double> f,
                                     std::string& reason) {
  Json json = Json::parse(answer.begin(), answer.end(), nullptr, false);
  if (json.is_discarded()) json = Json::parse(without_infinite(answer), nullptr, false);
  if (!json.is_object()) return shown(answer) + " is not a JSON object";
  const auto error = json.find("error");
  if (error != json.end() && error->is_string()) reason = shown(error->get<std::string>());
  const auto one = json.find("f"), all = json.find("F");
  if (one == json.end() && all == json.end()) {
    if (error == json.end()) return shown(answer) + R"( has neither "f" nor "F")";
    std::fill(f.begin(), f.end(), failed);
    return std::nullopt;
  }
  if (all == json.end()) {
    if (f.size() != 1) return R"("f" answers one point, asked were )" + std::to_string(f.size());
    const std::optional<double> value = value_of(*one);
    if (!value)
      return R"("f" is )" + shown(one->dump(-1, ' ', true, Json::error_handler_t::replace)) +
             ", not a number or null";
    f[0] = *value;
    return std::nullopt;
  }
  if (!all->is_array() || all->size() != f.size()) {
    return R"("F" must be a list of )" + count(f.size(), "value") +
           (all->is_array() ? ", has " + std::to_string(all->size()) : "");
  }
  for (std::size_t i = 0; i < f.size(); ++i) {
    const std::optional<double> value = value_of((*all)[i]);
    if (!value) return "value " + std::to_string(i) + R"( of "F" is not a number or null)";
    f[i] = *value;
  }
  return std::nullopt;
}

}  // namespace

std::string question(Protocol protocol, std::span<const double> x, std::size_t n, bool several) {
  const std::size_t d = n == 0 ? 0 : x.size() / n;
  std::string text;
  if (protocol == Protocol::plain) {
    for (std::size_t i = 0; i < n; ++i) {
      append_row(text, x.subspan(i * d, d), " ");
      text += '\n';
    }
    return text;
  }
  text = several ? R"({"X": [)" : R"({"x": )";
  for (std::size_t i = 0; i < n; ++i) {
    text += i > 0 ? ", [" : "[";
    append_row(text, x.subspan(i * d, d), ", ");
    text += ']';
  }
  return text + (several ? "]}\n" : "}\n");
}

bool looks_like_answer(Protocol protocol, std::string_view line) {
  line = trimmed(line.substr(0, line.find('\n')));
  return protocol == Protocol::json ? line.starts_with('{') : number_in(line).has_value();
}

std::optional<std::string> read_answer(Protocol protocol, std::string_view answer,
                                       std::span<double> f, std::string& reason) {
  return protocol == Protocol::plain ? read_plain(answer, f) : read_json(answer, f, reason);
}

std::optional<double> number_in(std::string_view text) {
  text = trimmed(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return beyond_double(text);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

std::string shown(std::string_view bytes) {
  constexpr std::size_t most = 60;
  bytes = trimmed(bytes);
  std::string text = "'";
  for (const char c : bytes.substr(0, most)) {
    text += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  }
  return text + (bytes.size() > most ? "...'" : "'");
}

}  // namespace zeroth::command
