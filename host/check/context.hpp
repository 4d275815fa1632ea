// What a test works on.  Lives in the process of the test, which has loaded no other plugin.
#pragma once

#include <zeroth/abi.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "check/suite.hpp"
#include "plan/plan.hpp"
#include "plugins/instances.hpp"

namespace zeroth::host::check {

/// A library and what `--set` gives to the parameters of its optimizers and problems.
struct Order {
  std::filesystem::path file;         // absolute
  std::vector<std::string> settings;  // "key=value" or "id.key=value"
};

/// All functions that ask the plugin load it first, and throw std::runtime_error with the reason
/// when it refuses that.
class Context {
 public:
  Context(Order order, ResolvePath resolve, Scope scope, std::size_t index)
      : order_(std::move(order)), resolve_(std::move(resolve)), scope_(scope), index_(index) {}

  const std::filesystem::path& file() const { return order_.file; }
  Scope scope() const { return scope_; }

  /// As the plugin wrote it: nothing in it is checked.
  const zeroth_library& library();
  const zeroth_optimizer& raw_optimizer() { return *library().optimizers[index_]; }
  const zeroth_problem& raw_problem() { return *library().problems[index_]; }

  /// What the test is about, as the host sees it.
  const Descriptor& descriptor();
  /// Its parameters: those that are set, else their defaults.
  const Values& values();

  /// What cannot be created is skipped, with the plugin's words.
  Optimizer optimizer() { return optimizer(values()); }
  Optimizer optimizer(const Values& values);
  Suite suite();

 private:
  Order order_;
  ResolvePath resolve_;
  Scope scope_;
  std::size_t index_;
  std::optional<zeroth_library> library_;
  std::optional<Descriptor> descriptor_;
  std::optional<Values> values_;
};

/// The instance that every test of a problem uses: the first of the test split, or of the other
/// where that is empty.
inline Instance first_instance(const Suite& suite) {
  return {suite, suite.size(Split::test) > 0 ? Split::test : Split::train, 0};
}

/// The values that the settings give to a descriptor.  used[i] is set where settings[i] names one
/// of its parameters.  Throws UserError for a value that the parameter does not take.
Values bind_values(const Descriptor& descriptor, const std::vector<std::string>& settings,
                   const ResolvePath& resolve, std::vector<bool>& used);

}  // namespace zeroth::host::check
