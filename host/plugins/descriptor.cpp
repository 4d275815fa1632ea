#include "plugins/descriptor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zeroth/abi.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "printable.hpp"

namespace zeroth::host {
namespace {

// Fit for a terminal.
std::string checked(const char* text, const char* field) {
  if (text == nullptr) throw std::runtime_error(fmt::format("its {} is NULL", field));
  return printable(text);
}

template <typename T>
const T& given(const T* pointer, const char* what) {
  if (pointer == nullptr) throw std::runtime_error(fmt::format("{} is NULL", what));
  return *pointer;
}

Parameter copy(const zeroth_parameter& from) {
  if (from.struct_size < sizeof(zeroth_parameter))
    throw std::runtime_error("a parameter's struct_size is too small");
  Parameter p;
  p.name = checked(from.name, "parameter's name");
  const auto refuse = [&p](const std::string& why) {
    throw std::runtime_error(fmt::format("its parameter '{}' {}", p.name, why));
  };
  p.doc = checked(from.doc, "parameter's doc");
  p.text = checked(from.text, "parameter's text");
  if (from.type < ZEROTH_REAL || from.type > ZEROTH_PATH) refuse("has an unknown type");
  p.type = static_cast<ParameterType>(from.type);
  p.real = from.real;
  p.real_min = from.real_min;
  p.real_max = from.real_max;
  p.excludes_min = (from.flags & ZEROTH_EXCLUSIVE_MINIMUM) != 0;
  p.excludes_max = (from.flags & ZEROTH_EXCLUSIVE_MAXIMUM) != 0;
  p.integer = from.integer;
  p.integer_min = from.integer_min;
  p.integer_max = from.integer_max;
  for (const char* const* choice = from.choices; choice != nullptr && *choice != nullptr;
       ++choice) {
    p.choices.emplace_back(*choice);
  }
  if (p.type == ParameterType::real && !(p.real >= p.real_min && p.real <= p.real_max)) {
    refuse("has a default out of its range");
  }
  if (p.type == ParameterType::integer &&
      !(p.integer >= p.integer_min && p.integer <= p.integer_max)) {
    refuse("has a default out of its range");
  }
  if (p.type == ParameterType::choice &&
      std::find(p.choices.begin(), p.choices.end(), p.text) == p.choices.end()) {
    refuse("has a default that is none of its choices");
  }
  for (const char* ours : {"use", "label", "split", "instances", "isolate", "tune"}) {
    if (p.name == ours) refuse("has a name that experiment files use themselves");
  }
  return p;
}

std::vector<Parameter> copies(std::uint64_t count, const zeroth_parameter* const* from) {
  std::vector<Parameter> all;
  if (count > 0) given(from, "its list of parameters");
  for (std::uint64_t i = 0; i < count; ++i) all.push_back(copy(given(from[i], "a parameter")));
  return all;
}

template <typename Abi>
Descriptor describe_common(const Abi& from, const std::filesystem::path& library) {
  if (from.struct_size < sizeof(Abi))
    throw std::runtime_error("a descriptor's struct_size is too small");
  Descriptor d;
  d.id = checked(from.id, "id");
  const auto own = [&](const char* text, const char* field) {
    return checked(text, fmt::format("{}'s {}", d.id, field).c_str());
  };
  d.name = own(from.name, "name");
  d.version = own(from.version, "version");
  d.doc = own(from.doc, "doc");
  d.reference = own(from.reference, "reference");
  d.capabilities = from.capabilities;
  d.library = library;
  if (from.threads == ZEROTH_THREADS_LIBRARY) d.one_at_a_time = std::make_shared<std::mutex>();
  d.library_is_dead = std::make_shared<std::atomic<bool>>(false);
  if (from.create == nullptr || from.destroy == nullptr) {
    throw std::runtime_error(fmt::format("{} lacks a function", d.id));
  }
  d.parameters = copies(from.parameter_count, from.parameters);
  return d;
}

TrainingDescriptor describe(const zeroth_trainable_1& from, const Descriptor& optimizer) {
  const auto refuse = [](const std::string& why) {
    throw std::runtime_error("its training " + why);
  };
  if (from.struct_size < sizeof from) refuse("has a struct_size that is too small");
  TrainingDescriptor t;
  t.trainable = &from;
  t.weights = checked(from.weights, "training's weights parameter");
  const bool known = std::any_of(
      optimizer.parameters.begin(), optimizer.parameters.end(),
      [&](const Parameter& p) { return p.name == t.weights && p.type == ParameterType::path; });
  if (!known) refuse(fmt::format("writes '{}', which is no path parameter of it", t.weights));
  for (const bool lacks :
       {from.create == nullptr, from.destroy == nullptr, from.weight_count == nullptr,
        from.get == nullptr, from.set == nullptr, from.save == nullptr, from.begin == nullptr,
        from.window == nullptr, from.end == nullptr}) {
    if (lacks) refuse("lacks a function");
  }
  t.parameters = copies(from.parameter_count, from.parameters);
  return t;
}

}  // namespace

const char* name_of(ParameterType type) {
  switch (type) {
    case ParameterType::real:
      return "real";
    case ParameterType::integer:
      return "integer";
    case ParameterType::boolean:
      return "boolean";
    case ParameterType::text:
      return "text";
    case ParameterType::choice:
      return "choice";
    case ParameterType::path:
      return "path";
  }
  return "?";
}

std::string Parameter::range() const {
  if (type == ParameterType::choice) return fmt::format("{}", fmt::join(choices, " | "));
  if (type == ParameterType::boolean) return "true | false";
  if (type == ParameterType::integer) {
    if (integer_max == std::numeric_limits<std::int64_t>::max())
      return fmt::format(">= {}", integer_min);
    return fmt::format("{} .. {}", integer_min, integer_max);
  }
  if (type != ParameterType::real) return "";
  const bool below = std::isfinite(real_min), above = std::isfinite(real_max);
  const char* low = excludes_min ? ">" : ">=";
  const char* high = excludes_max ? "<" : "<=";
  if (below && above) return fmt::format("{} {}, {} {}", low, real_min, high, real_max);
  if (below) return fmt::format("{} {}", low, real_min);
  return above ? fmt::format("{} {}", high, real_max) : "";
}

std::string Parameter::default_text() const {
  switch (type) {
    case ParameterType::real:
      return fmt::format("{}", real);
    case ParameterType::integer:
      return fmt::format("{}", integer);
    case ParameterType::boolean:
      return integer != 0 ? "true" : "false";
    default:
      return fmt::format("\"{}\"", text);
  }
}

Descriptor describe(const zeroth_optimizer* abi, const std::filesystem::path& library) {
  const zeroth_optimizer& optimizer = given(abi, "an optimizer");
  Descriptor d = describe_common(optimizer, library);
  if (optimizer.solve == nullptr) throw std::runtime_error(d.id + " lacks solve()");
  d.optimizer = &optimizer;
  if (optimizer.extension == nullptr) return d;
  if (const void* table = optimizer.extension(&optimizer, ZEROTH_TRAINABLE_1)) {
    d.training = describe(*static_cast<const zeroth_trainable_1*>(table), d);
  }
  return d;
}

Descriptor describe(const zeroth_problem* abi, const std::filesystem::path& library) {
  const zeroth_problem& problem = given(abi, "a problem");
  Descriptor d = describe_common(problem, library);
  if (problem.instance_count == nullptr || problem.open == nullptr || problem.close == nullptr) {
    throw std::runtime_error(d.id + " lacks a function");
  }
  d.problem = &problem;
  return d;
}

}  // namespace zeroth::host
