// Writing an optimizer in C++.
//
//   class MyOptimizer {
//    public:
//     static zeroth::OptimizerInfo info();            // id, doc, parameters
//     // Values are checked already; throw zeroth::Error to refuse them.
//     explicit MyOptimizer(const zeroth::Values&);
//     void solve(zeroth::Run& run) const;  // return when done or when the run says stop
//   };
//   ZEROTH_LIBRARY("my-plugin", "1.0.0", zeroth::optimizer<MyOptimizer>())
#pragma once

#include <zeroth/abi.h>
#include <zeroth/error.hpp>
#include <zeroth/library.hpp>
#include <zeroth/parameters.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace zeroth {

/// What an optimizer says of itself; see zeroth_optimizer for each field.  Texts must live as long
/// as the library: use literals.
struct OptimizerInfo {
  const char* id;
  const char* name;
  const char* version;
  const char* doc;
  const char* reference = "";
  std::uint64_t capabilities = ZEROTH_HANDLES_BOUNDS;
  std::vector<Parameter> parameters = {};
  std::int32_t threads = ZEROTH_THREADS_INSTANCE;
};

/// One optimization, as the optimizer sees it.  Valid during solve(), on its thread.
class Run {
 public:
  explicit Run(const zeroth_run* run) : run_(run) {}

  std::size_t dimension() const { return run_->dimension; }
  std::uint64_t seed() const { return run_->seed; }
  /// UINT64_MAX: no limit.
  std::uint64_t query_budget() const { return run_->query_budget; }
  std::uint64_t iteration_budget() const { return run_->iteration_budget; }
  std::span<const double> initial_point() const { return {run_->initial_point, dimension()}; }
  /// A vector of the start, to be moved from there.
  std::vector<double> start() const {
    return {run_->initial_point, run_->initial_point + dimension()};
  }
  bool bounded() const { return run_->lower != nullptr || run_->upper != nullptr; }
  double lower(std::size_t j) const { return run_->lower ? run_->lower[j] : -infinity; }
  double upper(std::size_t j) const { return run_->upper ? run_->upper[j] : infinity; }

  /// Moves every coordinate of x (dimension values) to the nearest point of the box.
  void project(std::span<double> x) const {
    if (!bounded()) return;
    for (std::size_t j = 0; j < x.size(); ++j) x[j] = std::clamp(x[j], lower(j), upper(j));
  }

  /// Objective values of a batch; f.size() queries are charged.
  /// x  n x dimension, row-major, finite, inside the bounds.   f  n values; NaN where a point
  /// failed.  False: stop; f is of no use.  Throws Error when the host refuses the points.
  [[nodiscard]] bool evaluate(std::span<const double> x, std::span<double> f) {
    expect(x.size() == f.size() * dimension(),
           "evaluate() gets values for other points than x has");
    const zeroth_status status = run_->evaluate(run_, f.size(), x.data(), f.data());
    return status == ZEROTH_DISCARD || going_on(status, "evaluate");
  }

  /// One iteration is done and theta (dimension values) is where we are.  False: stop.
  [[nodiscard]] bool iterate(std::span<const double> theta) {
    expect(theta.size() == dimension(), "iterate() gets a point of another dimension");
    return going_on(run_->iterate(run_, theta.data()), "iterate");
  }

  /// A versioned extension of the host, or nullptr.
  const void* extension(const char* id) const {
    return run_->extension ? run_->extension(run_, id) : nullptr;
  }
  const zeroth_run* abi() const { return run_; }

 private:
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  static void expect(bool good, const char* otherwise) {  // of the plugin's author
    if (!good) throw Error(otherwise, ZEROTH_INSTANCE_DEAD);
  }
  static bool going_on(zeroth_status status, const char* call) {
    if (status < 0) throw Error(std::string("the host refused ") + call + "()", status);
    return status != ZEROTH_STOP;
  }
  const zeroth_run* run_;
};

namespace detail {

template <typename T>
struct OptimizerAdapter {
  static zeroth_status create(const zeroth_optimizer* self, const zeroth_value* values,
                              void** instance, zeroth_message* message) {
    return reported(message, [&] {
      *instance = new T(Values(values, self->parameter_count, self->parameters));
      return ZEROTH_OK;
    });
  }
  static void destroy(void* instance) { delete static_cast<T*>(instance); }
  static zeroth_status solve(void* instance, const zeroth_run* c_run) {
    return guarded(
        [&] {
          Run run(c_run);
          static_cast<T*>(instance)->solve(run);
          return ZEROTH_OK;
        },
        [&](const char* text) { c_run->fail(c_run, text); });
  }
  static const void* extension(const zeroth_optimizer*, [[maybe_unused]] const char* id) {
    const void* found = nullptr;
    if constexpr (requires { T::extension(id); }) {
      logged(id, [&] {
        found = T::extension(id);
        return ZEROTH_OK;
      });
    }
    return found;
  }
};

}  // namespace detail

/// The descriptor of T, to be named in ZEROTH_LIBRARY.
template <typename T>
LibraryEntry optimizer() {
  static const OptimizerInfo info = T::info();
  static const detail::ParameterTable parameters(info.parameters);
  using Adapter = detail::OptimizerAdapter<T>;
  static const zeroth_optimizer descriptor{sizeof(zeroth_optimizer),
                                           info.threads,
                                           info.capabilities,
                                           info.id,
                                           info.name,
                                           info.version,
                                           info.doc,
                                           info.reference,
                                           parameters.size(),
                                           parameters.data(),
                                           Adapter::create,
                                           Adapter::destroy,
                                           Adapter::solve,
                                           Adapter::extension};
  return {&descriptor, nullptr};
}

}  // namespace zeroth
