// A TOML text with some values replaced: comments, order and layout stay as they are.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "spec/document.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

// What stands for a value in TOML.
std::string literal_of(const toml::node& node) {
  if (const toml::array* list = node.as_array()) {
    std::string text;
    for (const toml::node& element : *list)
      text += (text.empty() ? "" : ", ") + literal_of(element);
    return "[" + text + "]";
  }
  if (const toml::table* table = node.as_table()) {
    std::string text;
    for (const auto& [key, value] : *table) {
      text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", key.str(), literal_of(value));
    }
    return "{ " + text + " }";
  }
  if (const auto real = node.value_exact<double>(); real && std::isfinite(*real)) {
    std::string text = fmt::format("{}", *real);  // the fewest digits that are read as this
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
  }
  std::ostringstream out;
  node.visit([&out](const auto& value) { out << value; });
  return out.str();
}

/// Where the bytes of the text are.  toml++ counts lines and code points, from 1.
class Map {
 public:
  explicit Map(const std::string& text)
      : text_(text), lines_{text.starts_with("\xEF\xBB\xBF") ? 3u : 0u} {  // a byte order mark
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') lines_.push_back(i + 1);
    }
  }
  std::size_t offset(const toml::source_position& position) const {
    std::size_t at = lines_.at(position.line - 1);
    for (std::uint32_t column = 1; column < position.column && at < text_.size(); ++column) {
      do ++at;
      while (at < text_.size() && (text_[at] & 0xC0) == 0x80);
    }
    return at;
  }
  std::size_t begin() const { return lines_.front(); }
  std::size_t end_of_line(std::size_t at) const {
    return std::min(text_.find('\n', at), text_.size());
  }

 private:
  const std::string& text_;
  std::vector<std::size_t> lines_;  // where each begins
};

bool has_lines_of_its_own(const toml::node& node) {
  if (const toml::table* table = node.as_table()) return !table->is_inline();
  const toml::array* array = node.as_array();
  return array != nullptr && !array->empty() && array->get(0)->is_table() &&
         !array->get(0)->as_table()->is_inline();
}

// The value that stands last among those of the table itself.
const toml::node* last_value(const toml::table& table) {
  const toml::node* last = nullptr;
  for (const auto& [key, node] : table) {
    if (has_lines_of_its_own(node)) continue;
    if (last == nullptr || last->source().end < node.source().end) last = &node;
  }
  return last;
}

}  // namespace

void Document::assign(const toml::table& table, const std::string& key, const toml::node& value,
                      const std::string& section) {
  assignments_.push_back({&table, section, key, literal_of(value)});
}

std::string Document::rewritten() const {
  struct Edit {
    std::size_t begin, end;
    std::string text;
  };
  std::vector<Edit> edits;
  const Map map(text_);
  std::string sections;  // that the text lacks
  const auto is_missing = [this](const toml::table& table) {
    return &table != &root_ && table.source().begin.line == 0;
  };
  // All tables that are missing are one.
  const auto place_of = [&](const Assignment& each) {
    return std::tuple(each.table, is_missing(*each.table) ? each.section : "", each.key);
  };
  std::map<std::tuple<const toml::table*, std::string, std::string>, const Assignment*> last;
  for (const Assignment& each : assignments_) last[place_of(each)] = &each;
  std::set<const toml::table*> filled;  // of those that were {}
  for (const Assignment& each : assignments_) {
    if (last[place_of(each)] != &each) continue;
    const toml::table& table = *each.table;
    if (const toml::node* value = table.get(each.key)) {
      if (has_lines_of_its_own(*value)) {
        throw UserError(place(*value, each.key),
                        fmt::format("cannot be rewritten as {} = {}", each.key, each.literal),
                        "write that into the file");
      }
      edits.push_back(
          {map.offset(value->source().begin), map.offset(value->source().end), each.literal});
      continue;
    }
    const std::string line = fmt::format("{} = {}", each.key, each.literal);
    const toml::node* before = last_value(table);
    const auto begin = [&] { return map.offset(table.source().begin); };
    if (is_missing(table)) {
      const std::string header =
          fmt::format("\n[{}]\n", each.section.substr(0, each.section.size() - 1));
      if (sections.find(header) == std::string::npos) sections += header;
      sections.insert(sections.find(header) + header.size(), line + "\n");
    } else if (table.is_inline() && before == nullptr) {
      const bool first = filled.insert(&table).second;
      edits.push_back({begin() + 1, begin() + 1, (first ? "" : ", ") + line});
    } else if (table.is_inline()) {
      const std::size_t at = map.offset(before->source().end);
      edits.push_back({at, at, ", " + line});
    } else if (before != nullptr || &table != &root_) {
      const bool dotted = &table != &root_ && text_[begin()] != '[';  // budget.iterations = 5
      const std::size_t at =
          map.end_of_line(before != nullptr ? map.offset(before->source().end) : begin());
      edits.push_back({at, at, "\n" + (dotted ? each.section : "") + line});
    } else {
      edits.push_back({map.begin(), map.begin(), line + "\n"});
    }
  }
  std::stable_sort(edits.begin(), edits.end(),
                   [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  std::string result;
  std::size_t done = map.begin();
  for (const Edit& edit : edits) {
    result += text_.substr(done, edit.begin - done) + edit.text;
    done = edit.end;
  }
  result += text_.substr(done);
  if (!sections.empty() && !result.empty() && result.back() != '\n') result += "\n";
  return result + sections;
}

}  // namespace zeroth::host
