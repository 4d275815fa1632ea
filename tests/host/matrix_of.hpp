// Host objects over the test problem, without loading a library.
#pragma once

#include <map>

#include "plugins/instances.hpp"
#include "support/quadratic.hpp"

namespace zeroth::test {

inline const host::Descriptor& quadratic_descriptor() {
  static const host::Descriptor descriptor =
      host::describe(zeroth::problem<QuadraticSuite>().problem, "built in");
  return descriptor;
}

/// Values of a descriptor: the defaults, but for those named.
inline host::Values values_of(const host::Descriptor& descriptor,
                              const std::map<std::string, host::Value>& named) {
  host::Values values;
  for (const host::Parameter& p : descriptor.parameters) {
    const auto found = named.find(p.name);
    if (found != named.end()) {
      values.push_back(found->second);
    } else if (p.type == host::ParameterType::real) {
      values.emplace_back(p.real);
    } else if (p.type == host::ParameterType::integer) {
      values.emplace_back(p.integer);
    } else if (p.type == host::ParameterType::boolean) {
      values.emplace_back(p.integer != 0);
    } else {
      values.emplace_back(p.text);
    }
  }
  return values;
}

struct QuadraticFixture {
  /// stochastic: as declared; else the descriptor says deterministic.
  explicit QuadraticFixture(const std::map<std::string, host::Value>& named,
                            bool stochastic = false)
      : abi(*zeroth::problem<QuadraticSuite>().problem),
        descriptor(quadratic_descriptor()),
        suite((set_up(stochastic), descriptor), values_of(descriptor, named), "test"),
        instance(suite, host::Split::test, 0) {}

  zeroth_problem abi;
  host::Descriptor descriptor;
  host::Suite suite;
  host::Instance instance;

 private:
  void set_up(bool stochastic) {
    if (!stochastic) abi.capabilities = 0;
    descriptor.capabilities = abi.capabilities;
    descriptor.problem = &abi;
    descriptor.library_is_dead = std::make_shared<std::atomic<bool>>(false);
  }
};

}  // namespace zeroth::test
