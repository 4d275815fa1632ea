#include "spec/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>

#include "near_miss.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in || std::filesystem::is_directory(file)) {
    throw UserError(file.string(), in ? "is a folder" : std::strerror(errno));
  }
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

toml::table parse(const std::string& text, const std::string& name) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    throw UserError(
        fmt::format("{}:{}:{}", name, error.source().begin.line, error.source().begin.column),
        std::string(error.description()), "see https://toml.io for the syntax");
  }
}

// At most nine digits, blanks around them.
std::optional<std::uint64_t> index_of(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(' ') - first + 1);
  std::uint64_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && text.size() <= 9 ? std::optional(index) : std::nullopt;
}

void read_ranges(const std::string& written, const std::string& where, Instances& instances) {
  std::istringstream in(written);
  for (std::string part; std::getline(in, part, ',');) {
    const std::size_t dash = part.find('-');
    const std::string_view text = part;
    const std::optional<std::uint64_t> first = index_of(text.substr(0, dash));
    const std::optional<std::uint64_t> last =
        dash == std::string::npos ? first : index_of(text.substr(dash + 1));
    if (first && last && *first <= *last) {
      instances.ranges.emplace_back(*first, *last);
    } else {
      throw UserError(where, fmt::format("'{}' is no instance number and no range", part),
                      "write a count, a list, \"all\" or ranges such as \"0-9,15\"");
    }
  }
}

Value value_of(const Found& found) {
  if (const auto v = found.node->value_exact<std::int64_t>()) return *v;
  if (const auto v = found.node->value_exact<double>()) return *v;
  if (const auto v = found.node->value_exact<bool>()) return *v;
  if (const auto v = found.node->value_exact<std::string>()) return *v;
  wrong_type(found, "a number, true, false, text, or a list of those");
}

/// visit(dotted key, value) for all that is not a table.
template <typename Visit>
void flatten(const toml::table& table, const std::string& prefix, const Visit& visit) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const toml::table* inner = node.as_table()) {
      flatten(*inner, name + ".", visit);
    } else {
      visit(name, node);
    }
  }
}

}  // namespace

Document::Document(const std::filesystem::path& file, const std::vector<std::string>& overrides)
    : Document(file, read_file(file), overrides) {}

Document::Document(const std::filesystem::path& file, std::string text,
                   const std::vector<std::string>& overrides)
    : file_(file.string()), text_(std::move(text)) {
  overrides_.reserve(overrides.size());
  for (const std::string& each : overrides) overrides_.push_back(parse_override(each));
  root_ = parse(text_, file_);
  choose_scale();
}

Document::Override Document::parse_override(const std::string& text) {
  const std::string where = "--set " + text;
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw UserError(where, "is not of the form key=value");
  Override result;
  result.where = where;
  result.key = text.substr(0, equals);
  const std::string value = text.substr(equals + 1);
  try {
    result.document = toml::parse("value = " + value);
  } catch (const toml::parse_error&) {
    try {  // as a comment: anything but what TOML forbids everywhere
      static_cast<void>(toml::parse("# " + value));
    } catch (const toml::parse_error&) {
      throw UserError(where, "is not UTF-8, or has control characters");
    }
    result.document = toml::table{{"value", value}};  // a bare word
  }
  if (result.document.size() != 1) throw UserError(where, "holds more than one value");
  return result;
}

void Document::choose_scale() {
  const toml::table& scales = table("scale");
  std::vector<std::string> names;
  for (const auto& [name, node] : scales) {
    names.emplace_back(name.str());
    if (!node.is_table())
      wrong_type({&node, place(node, "scale." + names.back())}, "a table of what it sets");
  }
  const auto given = std::find_if(overrides_.rbegin(), overrides_.rend(),
                                  [](const Override& each) { return each.key == "scale"; });
  if (given == overrides_.rend()) return;
  given->used = true;
  const std::string chosen = text_of({given->document.get("value"), given->where}, "");
  if (chosen == "full") return;
  const toml::table* scale = scales[chosen].as_table();
  if (scale == nullptr) {
    throw UserError(given->where, fmt::format("{} has no [scale.{}]", file_, chosen),
                    names.empty() ? "leave it out" : suggestion(chosen, names));
  }
  std::vector<Override> set;
  flatten(*scale, "", [&](const std::string& key, const toml::node& value) {
    set.push_back({.where = place(value, fmt::format("scale.{}.{}", chosen, key)),
                   .key = key,
                   .document = toml::table{{"value", value}}});
  });
  scale_ = chosen;
  overrides_.insert(overrides_.begin(), std::make_move_iterator(set.begin()),
                    std::make_move_iterator(set.end()));
}

Setting Document::setting(const std::string& override_text) {
  const Override parsed = parse_override(override_text);
  const Found found{parsed.document.get("value"), "--set " + override_text};
  return {parsed.key, values_of(found), found.where};
}

std::string Document::place(const toml::node& node, std::string_view key) const {
  return fmt::format("{}:{}: {}", file_, node.source().begin.line, key);
}

Found Document::find(const toml::table& table, const std::string& key,
                     const std::vector<std::string>& scopes) {
  Found found;
  if (const toml::node* node = table.get(key)) found = {node, place(*node, key)};
  for (Override& each : overrides_) {
    for (const std::string& scope : scopes) {
      if (each.key != scope + key) continue;
      each.used = true;
      assign(table, key, *each.document.get("value"), scope);
      found = {each.document.get("value"), each.where};
    }
  }
  return found;
}

void Document::refuse_unknown(const toml::table& table, const std::string& prefix,
                              const std::vector<std::string>& known) const {
  for (const auto& [key, node] : table) {
    if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
      throw UserError(place(node, prefix + std::string(key.str())), "unknown key",
                      suggestion(key.str(), known));
    }
  }
}

void Document::refuse_unused_overrides(const std::string& keys) const {
  for (const Override& each : overrides_) {
    if (!each.used) throw UserError(each.where, "sets nothing in this file", keys);
  }
}

const toml::table& Document::table(const std::string& name) const {
  static const toml::table none;
  const toml::node* node = root_.get(name);
  if (node == nullptr) return none;
  const toml::table* table = node->as_table();
  if (table == nullptr) wrong_type({node, place(*node, name)}, fmt::format("a table [{}]", name));
  return *table;
}

std::vector<const toml::table*> Document::tables(const toml::table& table, const std::string& kind,
                                                 const std::string& name,
                                                 const std::string& remedy) const {
  std::vector<const toml::table*> result;
  const toml::node* node = table.get(kind);
  if (node == nullptr) return result;
  const toml::array* array = node->as_array();
  if (array == nullptr || array->empty())
    throw UserError(place(*node, name), "must be a list of tables", remedy);
  for (const toml::node& element : *array) {
    if (!element.is_table()) throw UserError(place(element, name), "must be a table", remedy);
    result.push_back(element.as_table());
  }
  return result;
}

std::vector<const toml::table*> Document::entries(const std::string& kind,
                                                  const std::string& remedy) const {
  std::vector<const toml::table*> result = tables(root_, kind, kind, remedy);
  if (result.empty()) throw UserError(file_, fmt::format("there is no [[{}]]", kind), remedy);
  return result;
}

std::string Document::plugin_id(const toml::table& table, const char* kind) {
  const Found found = find(table, "use", {});
  if (found.node == nullptr) {
    throw UserError(place(table, kind), fmt::format("names no {}: the key 'use' is missing", kind),
                    fmt::format("add use = \"ID\"; `zeroth list {}s` names them", kind));
  }
  return text_of(found, "");
}

std::vector<Setting> Document::settings(const toml::table& table,
                                        const std::vector<std::string>& scopes,
                                        const std::vector<std::string>& ours) {
  std::vector<std::string> names;
  for (const auto& [key, node] : table) names.emplace_back(key.str());
  for (const Override& each : overrides_) {  // an override may add a parameter
    for (const std::string& scope : scopes) {
      if (each.key.starts_with(scope)) names.push_back(each.key.substr(scope.size()));
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<Setting> all;
  for (const std::string& name : names) {
    // Nor is a key of a table that is one of ours a parameter.
    if (std::find(ours.begin(), ours.end(), name.substr(0, name.find('.'))) != ours.end()) continue;
    const Found found = find(table, name, scopes);
    all.push_back({name, values_of(found), found.where});
  }
  return all;
}

std::vector<Value> values_of(const Found& found) {
  const toml::array* list = found.node->as_array();
  if (list == nullptr) return {value_of(found)};
  if (list->empty()) throw UserError(found.where, "an empty list sweeps over nothing");
  std::vector<Value> values;
  for (const toml::node& element : *list) values.push_back(value_of({&element, found.where}));
  return values;
}

void wrong_type(const Found& found, std::string_view wanted) {
  std::ostringstream type;
  type << found.node->type();
  throw UserError(found.where, fmt::format("must be {}, is {}", wanted, type.str()));
}

std::string text_of(const Value& value) {
  return std::visit([](const auto& v) { return fmt::format("{}", v); }, value);
}

std::string text_of(const Found& found, std::string fallback) {
  if (found.node == nullptr) return fallback;
  const auto value = found.node->value_exact<std::string>();
  if (!value) wrong_type(found, "text in quotes");
  return *value;
}

std::int64_t integer_of(const Found& found, std::int64_t fallback, std::int64_t min,
                        std::int64_t max) {
  if (found.node == nullptr) return fallback;
  const auto value = found.node->value_exact<std::int64_t>();
  if (!value) wrong_type(found, "a whole number");
  if (*value < min)
    throw UserError(found.where, fmt::format("must be at least {}, is {}", min, *value));
  if (*value > max)
    throw UserError(found.where, fmt::format("must be at most {}, is {}", max, *value));
  return *value;
}

std::optional<double> real_of(const Found& found) {
  if (found.node == nullptr) return std::nullopt;
  if (!found.node->is_number()) wrong_type(found, "a number");
  const double value = *found.node->value<double>();
  if (!std::isfinite(value)) throw UserError(found.where, "must be finite");
  return value;
}

std::optional<double> positive_of(const Found& found) {
  const std::optional<double> value = real_of(found);
  if (value && !(*value > 0)) throw UserError(found.where, "must be above 0");
  return value;
}

std::optional<bool> boolean_of(const Found& found) {
  if (found.node == nullptr) return std::nullopt;
  const auto value = found.node->value_exact<bool>();
  if (!value) wrong_type(found, "true or false");
  return *value;
}

std::vector<std::string> texts_of(const Found& found) {
  std::vector<std::string> texts;
  if (found.node == nullptr) return texts;
  const toml::array* list = found.node->as_array();
  if (list == nullptr) return {text_of(found, "")};
  if (list->empty())
    throw UserError(found.where, "is an empty list", "name one, or delete the key");
  for (const toml::node& element : *list) texts.push_back(text_of({&element, found.where}, ""));
  return texts;
}

std::vector<std::uint64_t> numbers_of(const Found& found) {
  std::vector<std::uint64_t> numbers;
  if (found.node == nullptr) return numbers;
  const toml::array* list = found.node->as_array();
  if (list == nullptr) wrong_type(found, "a list of whole numbers, such as [0, 10]");
  for (const toml::node& element : *list)
    numbers.push_back(static_cast<std::uint64_t>(integer_of({&element, found.where}, 0, 0)));
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

std::vector<std::uint64_t> iterations_of(const Found& found, std::uint64_t last) {
  if (!found) return {};
  const toml::array* list = found.node->as_array();
  if (list == nullptr || list->empty())
    wrong_type(found, "a list of iterations, [50, 100, 200] say");
  std::vector<std::uint64_t> iterations;
  for (const toml::node& element : *list) {
    iterations.push_back(static_cast<std::uint64_t>(
        integer_of({&element, found.where}, 0, 1, static_cast<std::int64_t>(last))));
  }
  return iterations;
}

bool is_first_of(const Found& found, const char* first, const char* second, bool fallback) {
  const std::string word = text_of(found, fallback ? first : second);
  if (word != first && word != second) {
    throw UserError(found.where,
                    fmt::format("must be \"{}\" or \"{}\", is \"{}\"", first, second, word));
  }
  return word == first;
}

std::optional<std::uint64_t> bytes_of(const Found& found) {
  if (found.node == nullptr) return std::nullopt;
  const std::string written = text_of(found, "");
  std::istringstream in(written);
  double amount = 0;
  std::string unit, rest;
  in >> amount >> unit;
  double factor = 1;
  for (const char* known : {"B", "KiB", "MiB", "GiB", "TiB"}) {
    const double bytes = amount * factor;
    if (unit == known && !(in >> rest) && bytes >= 1 && bytes < 1e18)
      return static_cast<std::uint64_t>(bytes);
    factor *= 1024;
  }
  throw UserError(found.where, fmt::format("'{}' is no amount of memory", written),
                  "write a number and B, KiB, MiB, GiB or TiB: \"512 MiB\"");
}

Instances instances_of(const Found& found) {
  Instances instances;
  if (found.node == nullptr) return instances;
  instances.all = false;
  if (found.node->is_integer()) {
    const std::int64_t count = integer_of(found, 0, 1);
    instances.ranges.emplace_back(0, count - 1);
  } else if (const toml::array* list = found.node->as_array()) {
    for (const toml::node& element : *list) {
      const std::int64_t index = integer_of({&element, found.where}, 0, 0);
      instances.ranges.emplace_back(index, index);
    }
  } else if (found.node->is_string()) {
    const std::string written = text_of(found, "");
    if (written == "all") return {};
    read_ranges(written, found.where, instances);
  } else {
    wrong_type(found, "a count, a list of numbers, \"all\" or ranges such as \"0-9,15\"");
  }
  if (instances.ranges.empty()) throw UserError(found.where, "names no instance");
  return instances;
}

}  // namespace zeroth::host
