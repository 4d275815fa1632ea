// Parameter values as the host would hand them over: the defaults of a problem, some replaced.
#pragma once

#include <zeroth/parameters.hpp>

#include <cstdlib>
#include <list>
#include <map>
#include <string>
#include <vector>

namespace zeroth::test {

/// Owns what a Values borrows.
class OwnedValues {
 public:
  /// replaced  text by parameter name; numbers are read from it.
  OwnedValues(const std::vector<Parameter>& parameters,
              const std::map<std::string, std::string>& replaced) {
    for (const Parameter& p : parameters) {
      zeroth_value value{p.abi.name, p.abi.real, p.abi.integer, p.abi.text};
      if (const auto found = replaced.find(p.abi.name); found != replaced.end()) {
        const std::string& given = text_.emplace_back(found->second);
        if (p.abi.type == ZEROTH_REAL) {
          value.real = std::strtod(given.c_str(), nullptr);
        } else if (p.abi.type == ZEROTH_INTEGER || p.abi.type == ZEROTH_BOOLEAN) {
          value.integer = std::strtoll(given.c_str(), nullptr, 10);
        } else {
          value.text = given.c_str();
        }
      }
      values_.push_back(value);
    }
  }
  OwnedValues(const OwnedValues&) = delete;
  OwnedValues& operator=(const OwnedValues&) = delete;

  Values values() const { return {values_.data(), values_.size()}; }
  const std::vector<zeroth_value>& abi() const { return values_; }

 private:
  std::list<std::string> text_;
  std::vector<zeroth_value> values_;
};

}  // namespace zeroth::test
