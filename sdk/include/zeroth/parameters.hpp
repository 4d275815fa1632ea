// Typed parameters of optimizers and problems: declared once, listed and checked by the host.
#pragma once

#include <zeroth/abi.h>
#include <zeroth/error.hpp>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

namespace zeroth {

/// Allowed values of a real parameter.
struct Range {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  std::uint64_t flags = 0;  // ZEROTH_EXCLUSIVE_*
};
inline constexpr Range any_real{};
inline constexpr Range positive{0.0, std::numeric_limits<double>::infinity(),
                                ZEROTH_EXCLUSIVE_MINIMUM};
inline constexpr Range non_negative{0.0};
/// min <= value <= max
inline constexpr Range closed(double min, double max) { return {min, max}; }
/// min <= value < max
inline constexpr Range half_open(double min, double max) {
  return {min, max, ZEROTH_EXCLUSIVE_MAXIMUM};
}

/// A parameter as its author declares it.  Text must live as long as the library: use literals.
struct Parameter {
  zeroth_parameter abi{};
  std::vector<const char*> choices;  // without the final NULL
};

namespace detail {
inline Parameter parameter(std::int32_t type, const char* name, const char* doc) {
  Parameter p;
  p.abi.struct_size = sizeof(zeroth_parameter);
  p.abi.type = type;
  p.abi.name = name;
  p.abi.doc = doc;
  p.abi.text = "";
  return p;
}
}  // namespace detail

inline Parameter real(const char* name, double default_value, Range range, const char* doc) {
  Parameter p = detail::parameter(ZEROTH_REAL, name, doc);
  p.abi.real = default_value;
  p.abi.real_min = range.min;
  p.abi.real_max = range.max;
  p.abi.flags = range.flags;
  return p;
}
inline Parameter integer(const char* name, std::int64_t default_value, std::int64_t min,
                         std::int64_t max, const char* doc) {
  Parameter p = detail::parameter(ZEROTH_INTEGER, name, doc);
  p.abi.integer = default_value;
  p.abi.integer_min = min;
  p.abi.integer_max = max;
  return p;
}
inline Parameter boolean(const char* name, bool default_value, const char* doc) {
  Parameter p = detail::parameter(ZEROTH_BOOLEAN, name, doc);
  p.abi.integer = default_value ? 1 : 0;
  p.abi.integer_max = 1;
  return p;
}
inline Parameter text(const char* name, const char* default_value, const char* doc) {
  Parameter p = detail::parameter(ZEROTH_TEXT, name, doc);
  p.abi.text = default_value;
  return p;
}
/// A file or folder.  The host resolves a relative path against the folder of the experiment file.
inline Parameter path(const char* name, const char* default_value, const char* doc) {
  Parameter p = detail::parameter(ZEROTH_PATH, name, doc);
  p.abi.text = default_value;
  return p;
}
/// One of several words; the first is the default.
inline Parameter choice(const char* name, std::initializer_list<const char*> choices,
                        const char* doc) {
  if (choices.size() == 0) throw Error(std::string(name) + " is a choice of nothing");
  Parameter p = detail::parameter(ZEROTH_CHOICE, name, doc);
  p.abi.text = *choices.begin();
  p.choices = choices;
  return p;
}

/// The values of one instance, by name; every declared parameter is there.  Borrowed from create().
/// To read one that was not declared, or as another type than it was declared, is an error of the
/// plugin's author: ZEROTH_LIBRARY_DEAD.
class Values {
 public:
  /// parameters  as declared, `count` of them in that order; nullptr: types are not looked at.
  Values(const zeroth_value* values, std::uint64_t count,
         const zeroth_parameter* const* parameters = nullptr)
      : values_(values), parameters_(parameters), count_(count) {}
  double real(const std::string& name) const { return find(name, {ZEROTH_REAL}).real; }
  std::int64_t integer(const std::string& name) const {
    return find(name, {ZEROTH_INTEGER}).integer;
  }
  bool boolean(const std::string& name) const { return find(name, {ZEROTH_BOOLEAN}).integer != 0; }
  /// Of a text, a choice or a path.
  std::string text(const std::string& name) const {
    return find(name, {ZEROTH_TEXT, ZEROTH_CHOICE, ZEROTH_PATH}).text;
  }

 private:
  const zeroth_value& find(const std::string& name,
                           std::initializer_list<std::int32_t> types) const {
    for (std::uint64_t i = 0; i < count_; ++i) {
      if (name != values_[i].name) continue;
      if (parameters_ == nullptr ||
          std::find(types.begin(), types.end(), parameters_[i]->type) != types.end())
        return values_[i];
      throw Error("the plugin reads a parameter as what it did not declare it: " + name,
                  ZEROTH_LIBRARY_DEAD);
    }
    throw Error("the plugin reads a parameter it did not declare: " + name, ZEROTH_LIBRARY_DEAD);
  }
  const zeroth_value* values_;
  const zeroth_parameter* const* parameters_;
  std::uint64_t count_;
};

namespace detail {

/// Owns the C form of a list of parameters.  Not to be moved: the C form points into it.
class ParameterTable {
 public:
  explicit ParameterTable(std::vector<Parameter> parameters) : parameters_(std::move(parameters)) {
    for (Parameter& p : parameters_) {
      if (!p.choices.empty()) {
        p.choices.push_back(nullptr);
        p.abi.choices = p.choices.data();
      }
      pointers_.push_back(&p.abi);
    }
  }
  ParameterTable(const ParameterTable&) = delete;
  ParameterTable& operator=(const ParameterTable&) = delete;
  std::uint64_t size() const { return pointers_.size(); }
  const zeroth_parameter* const* data() const { return pointers_.data(); }

 private:
  std::vector<Parameter> parameters_;
  std::vector<const zeroth_parameter*> pointers_;
};

}  // namespace detail
}  // namespace zeroth
