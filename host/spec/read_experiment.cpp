#include "spec/read_experiment.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>

#include "near_miss.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

struct Override {
  std::string text;      // as given
  std::string key;       // before the =
  toml::table document;  // keeps the value alive, under "value"
  bool used = false;
};

// A value in the file or in an override, and how to name its place.
struct Found {
  const toml::node* node = nullptr;
  std::string where;
};

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in || std::filesystem::is_directory(file)) {
    throw UserError(file.string(), in ? "is a folder" : std::strerror(errno),
                    "name an experiment file, such as share/experiments/quickstart.toml");
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

Override parse_override(const std::string& text) {
  const std::string where = "--set " + text;
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw UserError(where, "is not of the form key=value");
  Override result;
  result.text = text;
  result.key = text.substr(0, equals);
  const std::string value = text.substr(equals + 1);
  try {
    result.document = toml::parse("value = " + value);
  } catch (const toml::parse_error&) {
    result.document = toml::table{{"value", value}};  // a bare word
  }
  if (result.document.size() != 1) throw UserError(where, "holds more than one value");
  return result;
}

class Reader {
 public:
  Reader(std::string file, std::vector<Override> overrides)
      : file_(std::move(file)), overrides_(std::move(overrides)) {}

  Experiment read(const toml::table& root) {
    refuse_unknown(root, "", {"title", "seed", "trials", "budget", "problem", "optimizer"});
    Experiment experiment;
    experiment.title = text(find(root, "title"), "");
    experiment.seed = static_cast<std::uint64_t>(integer(find(root, "seed"), 1, 0));
    experiment.trials = static_cast<std::uint64_t>(integer(find(root, "trials"), 1, 1, 1'000'000));
    experiment.budget = read_budget(root);
    for (const toml::table* entry : entries(root, "problem")) {
      experiment.problems.push_back(read_problem(*entry));
    }
    for (const toml::table* entry : entries(root, "optimizer")) {
      experiment.optimizers.push_back(read_optimizer(*entry));
    }
    for (const Override& each : overrides_) {
      if (!each.used)
        throw UserError("--set " + each.text, "sets nothing in this experiment", unused_remedy());
    }
    return experiment;
  }

 private:
  std::string place(const toml::node& node, std::string_view key) const {
    return fmt::format("{}:{}: {}", file_, node.source().begin.line, key);
  }

  // key of table, or its override.  scopes: the dotted prefixes that an override may use.
  Found find(const toml::table& table, const std::string& key,
             const std::vector<std::string>& scopes = {""}) {
    Found found;
    if (const toml::node* node = table.get(key)) found = {node, place(*node, key)};
    for (Override& each : overrides_) {
      for (const std::string& scope : scopes) {
        if (each.key != scope + key) continue;
        each.used = true;
        found = {each.document.get("value"), "--set " + each.text};
      }
    }
    return found;
  }

  void refuse_unknown(const toml::table& table, const std::string& prefix,
                      const std::vector<std::string>& known) {
    for (const auto& [key, node] : table) {
      if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
        throw UserError(place(node, prefix + std::string(key.str())), "unknown key",
                        suggestion(key.str(), known));
      }
    }
  }

  [[noreturn]] static void wrong_type(const Found& found, std::string_view wanted) {
    std::ostringstream type;
    type << found.node->type();
    throw UserError(found.where, fmt::format("must be {}, is {}", wanted, type.str()));
  }

  static std::string text(const Found& found, std::string fallback) {
    if (found.node == nullptr) return fallback;
    const auto value = found.node->value_exact<std::string>();
    if (!value) wrong_type(found, "text in quotes");
    return *value;
  }

  static std::int64_t integer(const Found& found, std::int64_t fallback, std::int64_t min,
                              std::int64_t max = std::numeric_limits<std::int64_t>::max()) {
    if (found.node == nullptr) return fallback;
    const auto value = found.node->value_exact<std::int64_t>();
    if (!value) wrong_type(found, "a whole number");
    if (*value < min)
      throw UserError(found.where, fmt::format("must be at least {}, is {}", min, *value));
    if (*value > max)
      throw UserError(found.where, fmt::format("must be at most {}, is {}", max, *value));
    return *value;
  }

  static std::optional<double> real(const Found& found) {
    if (found.node == nullptr) return std::nullopt;
    if (!found.node->is_number()) wrong_type(found, "a number");
    const double value = *found.node->value<double>();
    if (!std::isfinite(value)) throw UserError(found.where, "must be finite");
    return value;
  }

  Budget read_budget(const toml::table& root) {
    static const toml::table none;
    const toml::table* table = &none;
    if (const toml::node* node = root.get("budget")) {
      table = node->as_table();
      if (table == nullptr) wrong_type({node, place(*node, "budget")}, "a table [budget]");
    }
    refuse_unknown(*table, "budget.", {"iterations", "queries", "seconds", "target"});
    const std::vector<std::string> scope{"budget."};
    Budget budget;
    if (const Found found = find(*table, "iterations", scope); found.node != nullptr) {
      budget.iterations = static_cast<std::uint64_t>(integer(found, 0, 0));
    }
    if (const Found found = find(*table, "queries", scope); found.node != nullptr) {
      budget.queries = static_cast<std::uint64_t>(integer(found, 0, 0));
    }
    const Found seconds = find(*table, "seconds", scope);
    budget.seconds = real(seconds);
    if (budget.seconds && *budget.seconds <= 0) throw UserError(seconds.where, "must be above 0");
    budget.target = real(find(*table, "target", scope));
    if (!budget.iterations && !budget.queries && !budget.seconds) {
      throw UserError(file_ + ": budget", "a run would never end",
                      "add [budget] with iterations, queries or seconds");
    }
    return budget;
  }

  std::vector<const toml::table*> entries(const toml::table& root, const char* kind) {
    std::vector<const toml::table*> result;
    const std::string remedy =
        fmt::format("write [[{0}]] and below it use = \"ID\"; `zeroth list {0}s` names them", kind);
    const toml::node* node = root.get(kind);
    if (node == nullptr) throw UserError(file_, fmt::format("there is no [[{}]]", kind), remedy);
    const toml::array* array = node->as_array();
    if (array == nullptr || array->empty())
      throw UserError(place(*node, kind), "must be a list of tables", remedy);
    for (const toml::node& element : *array) {
      if (!element.is_table()) throw UserError(place(element, kind), "must be a table", remedy);
      result.push_back(element.as_table());
    }
    return result;
  }

  std::string read_id(const toml::table& table, const char* kind) {
    const Found found = find(table, "use", {});
    if (found.node == nullptr) {
      throw UserError(place(table, kind),
                      fmt::format("names no {}: the key 'use' is missing", kind),
                      fmt::format("add use = \"ID\"; `zeroth list {}s` names them", kind));
    }
    return text(found, "");
  }

  ProblemSpec read_problem(const toml::table& table) {
    ProblemSpec spec;
    spec.id = read_id(table, "problem");
    spec.where = place(*table.get("use"), "problem.use");
    const std::vector<std::string> scopes{"problem." + spec.id + ".", "problem.*."};
    const Found split = find(table, "split", scopes);
    const std::string split_name = text(split, "test");
    if (split_name != "train" && split_name != "test") {
      throw UserError(split.where,
                      fmt::format("must be \"train\" or \"test\", is \"{}\"", split_name));
    }
    spec.split = split_name == "train" ? Split::train : Split::test;
    const Found instances = find(table, "instances", scopes);
    spec.instances = read_instances(instances);
    spec.instances_where = instances.node != nullptr ? instances.where : spec.where;
    spec.settings = read_settings(table, scopes, {"use", "split", "instances"});
    return spec;
  }

  OptimizerSpec read_optimizer(const toml::table& table) {
    OptimizerSpec spec;
    spec.id = read_id(table, "optimizer");
    spec.where = place(*table.get("use"), "optimizer.use");
    spec.label = text(find(table, "label", {}), "");
    std::vector<std::string> scopes{"optimizer." + spec.id + ".", "optimizer.*."};
    if (!spec.label.empty()) scopes.push_back("optimizer." + spec.label + ".");
    spec.settings = read_settings(table, scopes, {"use", "label"});
    return spec;
  }

  // instances = 10 (the first ten) | [0, 3, 5] | "0-9,15" | "all"
  static Instances read_instances(const Found& found) {
    Instances instances;
    if (found.node == nullptr) return instances;
    instances.all = false;
    if (found.node->is_integer()) {
      const std::int64_t count = integer(found, 0, 1);
      instances.ranges.emplace_back(0, count - 1);
    } else if (const toml::array* list = found.node->as_array()) {
      for (const toml::node& element : *list) {
        const std::int64_t index = integer({&element, found.where}, 0, 0);
        instances.ranges.emplace_back(index, index);
      }
    } else if (found.node->is_string()) {
      const std::string written = text(found, "");
      if (written == "all") return {};
      read_ranges(written, found.where, instances);
    } else {
      wrong_type(found, "a count, a list of numbers, \"all\" or ranges such as \"0-9,15\"");
    }
    if (instances.ranges.empty()) throw UserError(found.where, "names no instance");
    return instances;
  }

  static void read_ranges(const std::string& written, const std::string& where,
                          Instances& instances) {
    std::istringstream in(written);
    for (std::string part; std::getline(in, part, ',');) {
      unsigned long long first = 0, last = 0;
      int used = 0;
      const int length = static_cast<int>(part.size());
      if (std::sscanf(part.c_str(), "%9llu-%9llu%n", &first, &last, &used) == 2 && used == length &&
          first <= last) {
        instances.ranges.emplace_back(first, last);
      } else if (std::sscanf(part.c_str(), "%9llu%n", &first, &used) == 1 && used == length) {
        instances.ranges.emplace_back(first, first);
      } else {
        throw UserError(where, fmt::format("'{}' is no instance number and no range", part),
                        "write a count, a list, \"all\" or ranges such as \"0-9,15\"");
      }
    }
  }

  // Every key that is not one of ours is a parameter of the plugin; bind() checks it.
  std::vector<Setting> read_settings(const toml::table& table,
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
    std::vector<Setting> settings;
    for (const std::string& name : names) {
      if (std::find(ours.begin(), ours.end(), name) != ours.end()) continue;
      const Found found = find(table, name, scopes);
      Setting setting{name, {}, found.where};
      if (const toml::array* list = found.node->as_array()) {
        for (const toml::node& element : *list)
          setting.values.push_back(value({&element, found.where}));
        if (list->empty()) throw UserError(found.where, "an empty list sweeps over nothing");
      } else {
        setting.values.push_back(value(found));
      }
      settings.push_back(std::move(setting));
    }
    return settings;
  }

  static Value value(const Found& found) {
    if (const auto v = found.node->value_exact<std::int64_t>()) return *v;
    if (const auto v = found.node->value_exact<double>()) return *v;
    if (const auto v = found.node->value_exact<bool>()) return *v;
    if (const auto v = found.node->value_exact<std::string>()) return *v;
    wrong_type(found, "a number, true, false, text, or a list of those");
  }

  static std::string unused_remedy() {
    return "keys are title, seed, trials, budget.KEY, problem.ID.KEY and optimizer.ID.KEY, with "
           "the ids of the file";
  }

  std::string file_;
  std::vector<Override> overrides_;
};

}  // namespace

Experiment read_experiment(const std::filesystem::path& file,
                           const std::vector<std::string>& overrides) {
  std::vector<Override> parsed;
  parsed.reserve(overrides.size());
  for (const std::string& each : overrides) parsed.push_back(parse_override(each));
  std::string text = read_file(file);
  const toml::table root = parse(text, file.string());
  Experiment experiment = Reader(file.string(), std::move(parsed)).read(root);
  experiment.file = file;
  experiment.text = std::move(text);
  return experiment;
}

}  // namespace zeroth::host
