#include "spec/read_tuning.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

#include "spec/decimal.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

constexpr const char* forms =
    "give a list of values, or powers of ten: { decades = [0.01, 1000.0] }";

// The exponent of a power of ten.
int exponent_of(const Found& found) {
  const double value = real_of(found).value_or(0);
  const int exponent = value > 0 ? static_cast<int>(std::lround(std::log10(value))) : 0;
  if (decimal(1, exponent) == value) return exponent;
  throw UserError(found.where, fmt::format("{} is no power of ten", value), forms);
}

void read_decades(const toml::table& table, SearchSpec& search) {
  for (const auto& [key, node] : table) {
    if (key.str() == "decades" || key.str() == "linear") continue;
    throw UserError(search.where, fmt::format("unknown key '{}'", key.str()), forms);
  }
  const toml::array* ends = table["decades"].as_array();
  if (ends == nullptr || ends->size() != 2)
    throw UserError(search.where, "decades must be the first and the last power of ten", forms);
  search.first_exponent = exponent_of({ends->get(0), search.where});
  search.last_exponent = exponent_of({ends->get(1), search.where});
  if (search.first_exponent > search.last_exponent)
    throw UserError(search.where, "the first power of ten is above the last", forms);
  search.linear = boolean_of({table.get("linear"), search.where}).value_or(true);
}

}  // namespace

TuneSpec read_tune(Document& document, const Budget& budget) {
  const toml::table& table = document.table("tune");
  document.refuse_unknown(table, "tune.", {"instances", "trials", "at", "score", "floor"});
  const std::vector<std::string> scope{"tune."};
  TuneSpec spec;
  if (const Found instances = document.find(table, "instances", scope)) {
    spec.instances = instances_of(instances);
    spec.instances_where = instances.where;
  }
  spec.trials = static_cast<std::uint64_t>(
      integer_of(document.find(table, "trials", scope), 1, 1, 1'000'000));
  spec.at =
      iterations_of(document.find(table, "at", scope), budget.iterations.value_or(1'000'000'000));
  spec.score =
      is_first_of(document.find(table, "score", scope), "mean", "median", spec.score == Score::mean)
          ? Score::mean
          : Score::median;
  spec.floor = real_of(document.find(table, "floor", scope)).value_or(spec.floor);
  return spec;
}

std::optional<std::vector<SearchSpec>> read_searches(Document& document, const toml::table& table,
                                                     const std::vector<std::string>& scopes) {
  const Found found = document.find(table, "tune", scopes);
  if (!found) return std::nullopt;
  std::vector<SearchSpec> searches;
  if (found.node->is_boolean()) {
    if (*boolean_of(found)) return std::nullopt;
    return searches;
  }
  const toml::table* wanted = found.node->as_table();
  if (wanted == nullptr) wrong_type(found, "false, or a table such as { delta = [1.0, 3.0] }");
  for (const auto& [key, node] : *wanted) {
    SearchSpec search;
    search.parameter = std::string(key.str());
    // What --set gives has no line in the file.
    search.where = found.node == table.get("tune")
                       ? document.place(node, "tune." + search.parameter)
                       : fmt::format("{}: {}", found.where, search.parameter);
    const Found value{&node, search.where};
    if (const toml::table* decades = node.as_table()) {
      read_decades(*decades, search);
    } else if (node.is_array()) {
      search.values = values_of(value);
    } else {
      throw UserError(search.where, "is no list", forms);
    }
    searches.push_back(std::move(search));
  }
  return searches;
}

}  // namespace zeroth::host
