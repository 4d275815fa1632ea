// A TOML file with overrides from the command line, and typed access that says where a value
// stands.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/experiment.hpp"

namespace zeroth::host {

/// A value in the file or in an override, and how to name its place.
struct Found {
  const toml::node* node = nullptr;
  std::string where;
  explicit operator bool() const { return node != nullptr; }
};

/// All functions throw UserError with place, key and remedy.
class Document {
 public:
  /// overrides  "key=value", where the key names what a scope of find() makes it.  scale=NAME
  ///            stands for all that the table [scale.NAME] of the file sets; the others prevail
  ///            over it.  scale=full is the file as it stands.
  Document(const std::filesystem::path& file, const std::vector<std::string>& overrides);
  /// Of a text that was read from the file.
  Document(const std::filesystem::path& file, std::string text,
           const std::vector<std::string>& overrides);

  const toml::table& root() const { return root_; }
  const std::string& file() const { return file_; }
  const std::string& text() const { return text_; }  // the file as read
  /// The NAME of scale=NAME; empty: the file as it stands.
  const std::string& scale() const { return scale_; }

  std::string place(const toml::node& node, std::string_view key) const;
  /// key of table, or its override.  scopes: the dotted prefixes that an override may use.
  Found find(const toml::table& table, const std::string& key,
             const std::vector<std::string>& scopes = {""});
  void refuse_unknown(const toml::table& table, const std::string& prefix,
                      const std::vector<std::string>& known) const;
  /// keys  what an override may name, as told to the user.
  void refuse_unused_overrides(const std::string& keys) const;

  /// The table of that name, empty if there is none.
  const toml::table& table(const std::string& name) const;
  /// The tables of [[kind]] in this one, perhaps none; name: of the kind in messages.
  std::vector<const toml::table*> tables(const toml::table& table, const std::string& kind,
                                         const std::string& name, const std::string& remedy) const;
  /// The tables of [[kind]], at least one.
  std::vector<const toml::table*> entries(const std::string& kind, const std::string& remedy) const;
  /// The value of `use` in a table that stands for a plugin.
  std::string plugin_id(const toml::table& table, const char* kind);
  /// Every key that is not one of ours is a parameter of the plugin; bind_matrix() checks it.
  std::vector<Setting> settings(const toml::table& table, const std::vector<std::string>& scopes,
                                const std::vector<std::string>& ours);

  /// From now on key of table, which is one of this document, stands for the value in rewritten().
  /// section: "budget." for a table that the text may lack.
  void assign(const toml::table& table, const std::string& key, const toml::node& value,
              const std::string& section = "");
  /// The text with the overrides that find() met in their places, and all that was assigned,
  /// without a byte order mark, so that it may follow other text.  Throws where a value would take
  /// the place of a table that has lines of its own.
  std::string rewritten() const;

  /// "key=value" as given to --set; a list is several values.
  static Setting setting(const std::string& override_text);

 private:
  struct Override {
    std::string where;          // as given, or its place in the file
    std::string key;            // before the =
    toml::table document = {};  // keeps the value alive, under "value"
    bool used = false;
  };
  static Override parse_override(const std::string& text);
  /// Puts what [scale.NAME] sets before the other overrides.
  void choose_scale();

  struct Assignment {
    const toml::table* table;
    std::string section, key, literal;
  };

  std::string file_, text_, scale_;
  std::vector<Override> overrides_;
  std::vector<Assignment> assignments_;
  toml::table root_;
};

[[noreturn]] void wrong_type(const Found& found, std::string_view wanted);
/// One value, or those of a list that is not empty.
std::vector<Value> values_of(const Found& found);
std::string text_of(const Found& found, std::string fallback);
std::int64_t integer_of(const Found& found, std::int64_t fallback, std::int64_t min,
                        std::int64_t max = std::numeric_limits<std::int64_t>::max());
std::optional<double> real_of(const Found& found);
std::optional<bool> boolean_of(const Found& found);
/// Text, or a list of texts.
std::vector<std::string> texts_of(const Found& found);
/// A list of whole numbers from 0 on; ascending, each once.
std::vector<std::uint64_t> numbers_of(const Found& found);
/// Iterations, each from 1 to `last`: [50, 100, 200].
std::vector<std::uint64_t> iterations_of(const Found& found, std::uint64_t last);
/// Above 0.
std::optional<double> positive_of(const Found& found);
/// One of two words; which: whether it is the first.
bool is_first_of(const Found& found, const char* first, const char* second, bool fallback);
/// "512 MiB": bytes, with one of the units B, KiB, MiB, GiB, TiB.
std::optional<std::uint64_t> bytes_of(const Found& found);
/// instances = 10 (the first ten) | [0, 3, 5] | "0-9,15" | "all"
Instances instances_of(const Found& found);

}  // namespace zeroth::host
