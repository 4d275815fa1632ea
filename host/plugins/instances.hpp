// Objects behind the boundary, owned by C++: optimizers, suites and open instances.
#pragma once

#include <zeroth/abi.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "plugins/descriptor.hpp"
#include "spec/experiment.hpp"

namespace zeroth::host {

/// One value for each parameter of a descriptor, in its order.
using Values = std::vector<Value>;

/// What a plugin's message buffer says after a call that failed, or the name of the status.
std::string failure_text(zeroth_status status, const char* message);

/// Whether nothing came of a call: all but the statuses of abi.h that are no errors.
inline bool is_error(zeroth_status status) { return status < ZEROTH_OK || status > ZEROTH_DISCARD; }

/// What an instance, a run or a descriptor offers under that id; null: nothing, or a table too
/// small.
template <typename Table, typename Owner>
const Table* extension_of(const Owner* owner, const char* id) {
  const void* offered = owner->extension == nullptr ? nullptr : owner->extension(owner, id);
  const auto* table = static_cast<const Table*>(offered);
  return table == nullptr || table->struct_size < sizeof *table ? nullptr : table;
}

// A library that has said ZEROTH_LIBRARY_DEAD is not called again: Optimizer and Instance refuse by
// std::runtime_error, and what is open stays open.

/// destroy() of an optimizer or a problem.
struct Destroy {
  const Descriptor* descriptor;
  void operator()(void* instance) const;
};

/// A live optimizer; the descriptor must outlive it.  Threads: one solve() at a time.
class Optimizer {
 public:
  /// Throws UserError with the plugin's message when it refuses the values.
  Optimizer(const Descriptor& descriptor, const Values& values, const std::string& where);
  zeroth_status solve(const zeroth_run& run) const;
  /// That it has said it is made from.
  const std::vector<std::string>& files() const { return files_; }

 private:
  const Descriptor& descriptor_;
  std::vector<std::string> files_;
  std::unique_ptr<void, Destroy> instance_;
};

/// A live suite of instances; the descriptor must outlive it.  Threads: any.
class Suite {
 public:
  Suite(const Descriptor& descriptor, const Values& values, const std::string& where);
  std::uint64_t size(Split split) const;
  /// That it has said it is made from.
  const std::vector<std::string>& files() const { return files_; }

 private:
  friend class Instance;
  const Descriptor& descriptor_;
  std::vector<std::string> files_;
  std::unique_ptr<void, Destroy> suite_;
};

/// An open instance; the suite must outlive it.  Threads: any.
class Instance {
 public:
  /// index < suite.size(split).  Throws std::runtime_error with the plugin's message.
  Instance(const Suite& suite, Split split, std::uint64_t index);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  /// As zeroth_instance.evaluate.
  zeroth_status evaluate(std::uint64_t minibatch, std::uint64_t n, const double* x, double* f,
                         zeroth_message* message) const;
  /// It has said so: it can only be closed.
  bool is_dead() const { return is_dead_; }

  const zeroth_instance& abi() const { return instance_; }
  const zeroth_instance* operator->() const { return &instance_; }
  std::size_t dimension() const { return instance_.dimension; }
  bool stochastic() const;
  /// Null when the plugin does not offer it.
  const zeroth_metrics_1* metrics() const { return extension<zeroth_metrics_1>(ZEROTH_METRICS_1); }
  const zeroth_success_1* success() const { return extension<zeroth_success_1>(ZEROTH_SUCCESS_1); }
  const zeroth_optimum_1* optimum() const { return extension<zeroth_optimum_1>(ZEROTH_OPTIMUM_1); }
  const zeroth_gradient_1* gradient() const {
    return extension<zeroth_gradient_1>(ZEROTH_GRADIENT_1);
  }
  const zeroth_render_1* render() const { return extension<zeroth_render_1>(ZEROTH_RENDER_1); }

 private:
  template <typename Table>
  const Table* extension(const char* id) const {
    return extension_of<Table>(&instance_, id);
  }
  const Suite& suite_;
  zeroth_instance instance_{};
  mutable std::atomic<bool> is_dead_{false};
};

/// Throws UserError when the optimizer ignores bounds that the problem has, or needs some that it
/// lacks.  problem: its name in messages.  where: the optimizer's.
void check_bounds(const Descriptor& optimizer, const Instance& instance, const std::string& problem,
                  const std::string& where);

}  // namespace zeroth::host
