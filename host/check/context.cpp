#include "check/context.hpp"

#include <charconv>

#include "plugins/registry.hpp"
#include "user_error.hpp"

namespace zeroth::host::check {
namespace {

template <typename Number>
std::optional<Value> number(const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Value(value);
}

// Text where it is nothing better: then the check of values says what it must be.
Value parse(const Parameter& parameter, const std::string& text) {
  std::optional<Value> value;
  if (parameter.type == ParameterType::real) value = number<double>(text);
  if (parameter.type == ParameterType::integer) value = number<std::int64_t>(text);
  if (parameter.type == ParameterType::boolean && (text == "true" || text == "false"))
    value = Value(text == "true");
  return value.value_or(Value(text));
}

}  // namespace

const zeroth_library& Context::library() {
  if (!library_) library_ = open_library(order_.file);
  return *library_;
}

const Descriptor& Context::descriptor() {
  if (!descriptor_) {
    descriptor_ = scope_ == Scope::optimizer ? describe(&raw_optimizer(), order_.file)
                                             : describe(&raw_problem(), order_.file);
  }
  return *descriptor_;
}

const Values& Context::values() {
  if (!values_) {
    std::vector<bool> used(order_.settings.size());
    values_ = bind_values(descriptor(), order_.settings, resolve_, used);
  }
  return *values_;
}

Optimizer Context::optimizer(const Values& values) {
  try {
    return {descriptor(), values, ""};
  } catch (const UserError& refusal) {
    skip(refusal.what());
  }
}

Suite Context::suite() {
  try {
    return {descriptor(), values(), ""};
  } catch (const UserError& refusal) {
    skip(refusal.what());
  }
}

Values bind_values(const Descriptor& descriptor, const std::vector<std::string>& settings,
                   const ResolvePath& resolve, std::vector<bool>& used) {
  std::vector<Setting> ours;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const std::size_t equals = settings[i].find('=');
    const std::string key = settings[i].substr(0, equals), value = settings[i].substr(equals + 1);
    for (const Parameter& parameter : descriptor.parameters) {
      if (key != parameter.name && key != descriptor.id + "." + parameter.name) continue;
      used[i] = true;
      ours.push_back({parameter.name, {parse(parameter, value)}, "--set " + settings[i]});
    }
  }
  return bind_one(descriptor.id, descriptor.parameters, ours, "", resolve).values;
}

}  // namespace zeroth::host::check
