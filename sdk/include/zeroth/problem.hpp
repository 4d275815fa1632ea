// Writing a problem in C++: a suite holds what its instances share, an instance is one objective
// function.
//
//   class MyInstance {
//    public:
//     std::size_t dimension() const;
//     void initial_point(std::uint64_t seed, std::span<double> x) const;
//     // x  f.size() x dimension, row-major
//     // This and the others that are void may also return a zeroth_status: ZEROTH_DISCARD where
//     // some f are NaN because a point failed.
//     void evaluate(std::uint64_t minibatch, std::span<const double> x, std::span<double> f) const;
//     // All below is optional.
//     std::string label() const;
//     std::vector<double> lower() const, upper() const;  // dimension values; default: unbounded
//     std::size_t batch_rows() const;                    // see zeroth_instance; default 0
//     void gradient(std::uint64_t minibatch, std::span<const double> x, std::span<double> g) const;
//     bool succeeded(std::span<const double> x, double loss) const;
//     double optimum() const;  // the least value; NaN: not known for this instance
//     void optimal_point(std::span<double> x) const;  // with it; see zeroth_optimum_1
//     static std::vector<zeroth::Metric> metrics();
//     void measure(std::span<const double> x, std::span<double> values) const;  // one per metric
//     static std::vector<zeroth::Picture> pictures();
//     zeroth::PictureShape picture_shape() const;
//     // see zeroth_render_1
//     void draw(std::span<const double> x, std::span<double> pictures) const;
//   };
//   class MySuite {
//    public:
//     static zeroth::ProblemInfo info();
//     explicit MySuite(const zeroth::Values&);
//     std::uint64_t instance_count(zeroth::Split) const;
//     std::unique_ptr<MyInstance> open(zeroth::Split, std::uint64_t index) const;
//   };
//   ZEROTH_LIBRARY("my-problems", "1.0.0", zeroth::problem<MySuite>())
//
// An instance is used by several threads at once and so is const; evaluate may throw zeroth::Error.
#pragma once

#include <zeroth/abi.h>
#include <zeroth/error.hpp>
#include <zeroth/library.hpp>
#include <zeroth/parameters.hpp>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace zeroth {

enum class Split : std::int32_t { train = ZEROTH_TRAIN, test = ZEROTH_TEST };

/// What a problem says of itself; see zeroth_problem for each field.  Its texts, and those of
/// metrics and pictures, must live as long as the library: use literals.
struct ProblemInfo {
  const char* id;
  const char* name;
  const char* version;
  const char* doc;
  const char* reference = "";
  std::uint64_t capabilities = 0;
  std::vector<Parameter> parameters = {};
  std::int32_t threads = ZEROTH_THREADS_INSTANCE;
};

struct Metric {
  const char* name;
  const char* doc;
};

/// One of the pictures of a point; see zeroth_render_1.
struct Picture {
  const char* name;
  const char* doc;
  double lowest = 0, highest = 1;
};

struct PictureShape {
  std::uint32_t channels = 1, height = 1, width = 1;
  std::size_t size() const { return std::size_t{channels} * height * width; }
};

namespace detail {

/// An open instance with the storage its C form points into.
template <typename Instance>
struct OpenInstance {
  std::unique_ptr<Instance> instance;
  std::string label;
  std::vector<double> lower, upper;
};

template <typename Suite>
struct ProblemAdapter {
  using Instance =
      typename decltype(std::declval<const Suite&>().open(Split::test, 0))::element_type;
  using Open = OpenInstance<Instance>;

  // An optional member of another form would be left out without a word.
  static_assert(
      !requires { &Instance::label; } ||
          requires(const Instance& i) {
            { i.label() } -> std::convertible_to<std::string>;
          },
      "label() is a const member without parameters that gives a text");
  static_assert(
      !requires { &Instance::lower; } || requires(const Instance& i) { i.lower(); },
      "lower() is a const member without parameters");
  static_assert(
      !requires { &Instance::upper; } || requires(const Instance& i) { i.upper(); },
      "upper() is a const member without parameters");
  static_assert(
      !requires { &Instance::batch_rows; } || requires(const Instance& i) { i.batch_rows(); },
      "batch_rows() is a const member without parameters");
  static_assert(
      !requires { &Instance::gradient; } ||
          requires(const Instance& i) {
            i.gradient(std::uint64_t{}, std::span<const double>(), std::span<double>());
          },
      "gradient(minibatch, span<const double> x, span<double> g) is a const member");
  static_assert(
      !requires { &Instance::succeeded; } ||
          requires(const Instance& i) { i.succeeded(std::span<const double>(), 0.0); },
      "succeeded(span<const double> x, double loss) is a const member");
  static_assert(
      !requires { &Instance::optimum; } || requires(const Instance& i) { i.optimum(); },
      "optimum() is a const member without parameters");
  static_assert(
      !requires { &Instance::optimal_point; } ||
          requires(const Instance& i) {
            i.optimal_point(std::span<double>());
            i.optimum();
          },
      "optimal_point(span<double> x) is a const member, beside optimum()");
  static_assert(
      !requires { &Instance::measure; } ||
          requires(const Instance& i) {
            i.measure(std::span<const double>(), std::span<double>());
            Instance::metrics();
          },
      "measure(span<const double> x, span<double> values) is a const member, beside a static "
      "metrics()");
  static_assert(
      !requires { &Instance::draw; } ||
          requires(const Instance& i) {
            i.draw(std::span<const double>(), std::span<double>());
            i.picture_shape();
            Instance::pictures();
          },
      "draw(span<const double> x, span<double> pictures) is a const member, beside picture_shape() "
      "and a static pictures()");

  static const Instance& of(const zeroth_instance* self) {
    return *static_cast<const Open*>(self->plugin_data)->instance;
  }

  static zeroth_status create(const zeroth_problem* self, const zeroth_value* values, void** suite,
                              zeroth_message* message) {
    return reported(message, [&] {
      *suite = new Suite(Values(values, self->parameter_count, self->parameters));
      return ZEROTH_OK;
    });
  }
  static void destroy(void* suite) { delete static_cast<Suite*>(suite); }
  static std::uint64_t instance_count(const void* suite, std::int32_t split) {
    std::uint64_t count = 0;  // also when it throws
    logged("instance_count()", [&] {
      count = static_cast<const Suite*>(suite)->instance_count(static_cast<Split>(split));
      return ZEROTH_OK;
    });
    return count;
  }

  static zeroth_status open(const void* suite, std::int32_t split, std::uint64_t index,
                            zeroth_instance* out, zeroth_message* message) {
    return reported(message, [&]() -> zeroth_status {
      if (out->struct_size < sizeof(zeroth_instance)) return ZEROTH_UNSUPPORTED;
      auto open = std::make_unique<Open>();
      open->instance = static_cast<const Suite*>(suite)->open(static_cast<Split>(split), index);
      if (open->instance == nullptr) throw Error("open() gave no instance");
      const Instance& instance = *open->instance;
      if constexpr (requires { instance.label(); }) {
        open->label = instance.label();
      } else {
        open->label = std::to_string(index);
      }
      if constexpr (requires { instance.lower(); }) open->lower = instance.lower();
      if constexpr (requires { instance.upper(); }) open->upper = instance.upper();
      const std::size_t d = instance.dimension();
      if (d == 0 || d > UINT32_MAX) throw Error("its dimension is " + std::to_string(d));
      for (const auto* bound : {&open->lower, &open->upper}) {
        if (!bound->empty() && bound->size() != d) throw Error("its bounds have another dimension");
      }
      zeroth_instance filled{};
      filled.struct_size = sizeof(zeroth_instance);
      filled.dimension = static_cast<std::uint32_t>(d);
      filled.label = open->label.c_str();
      filled.lower = open->lower.empty() ? nullptr : open->lower.data();
      filled.upper = open->upper.empty() ? nullptr : open->upper.data();
      if constexpr (requires { instance.batch_rows(); }) filled.batch_rows = instance.batch_rows();
      filled.initial_point = initial_point;
      filled.evaluate = evaluate;
      filled.extension = extension;
      filled.plugin_data = open.release();
      *out = filled;
      return ZEROTH_OK;
    });
  }
  static void close(const void*, zeroth_instance* instance) {
    delete static_cast<Open*>(instance->plugin_data);
  }

  static zeroth_status initial_point(const zeroth_instance* self, std::uint64_t seed, double* x) {
    return logged("initial_point()", [&] {
      return status_of(
          [&] { return of(self).initial_point(seed, std::span<double>(x, self->dimension)); });
    });
  }
  static zeroth_status evaluate(const zeroth_instance* self, std::uint64_t minibatch,
                                std::uint64_t n, const double* x, double* f,
                                zeroth_message* message) {
    return reported(message, [&]() -> zeroth_status {
      const std::span<const double> points(x, n * self->dimension);
      const std::span<double> values(f, n);
      return status_of([&] { return of(self).evaluate(minibatch, points, values); });
    });
  }

  static zeroth_status gradient(const zeroth_instance* self, std::uint64_t minibatch,
                                const double* x, double* g) {
    return logged("gradient()", [&] {
      return status_of([&] {
        return of(self).gradient(minibatch, std::span<const double>(x, self->dimension),
                                 std::span<double>(g, self->dimension));
      });
    });
  }
  static std::int32_t succeeded(const zeroth_instance* self, const double* x, double loss) {
    std::int32_t answer = 0;  // also when it throws
    logged("succeeded()", [&] {
      answer = of(self).succeeded(std::span<const double>(x, self->dimension), loss) ? 1 : 0;
      return ZEROTH_OK;
    });
    return answer;
  }
  static zeroth_status measure(const zeroth_instance* self, const double* x, double* values) {
    return logged("measure()", [&] {
      return status_of([&] {
        return of(self).measure(std::span<const double>(x, self->dimension),
                                std::span<double>(values, Instance::metrics().size()));
      });
    });
  }

  static double optimum(const zeroth_instance* self) {
    double value = std::numeric_limits<double>::quiet_NaN();  // also when it throws
    logged("optimum()", [&] {
      value = of(self).optimum();
      return ZEROTH_OK;
    });
    return value;
  }
  static zeroth_status optimal_point(const zeroth_instance* self, double* x) {
    if constexpr (requires(const Instance& i) { i.optimal_point(std::span<double>()); }) {
      return logged("optimal_point()", [&] {
        of(self).optimal_point(std::span<double>(x, self->dimension));
        return ZEROTH_OK;
      });
    } else {
      return ZEROTH_UNSUPPORTED;
    }
  }

  static zeroth_status shape(const zeroth_instance* self, std::uint32_t* shape) {
    return logged("picture_shape()", [&] {
      const PictureShape said = of(self).picture_shape();
      shape[0] = said.channels;
      shape[1] = said.height;
      shape[2] = said.width;
      return ZEROTH_OK;
    });
  }
  static zeroth_status draw(const zeroth_instance* self, const double* x, double* pictures) {
    return logged("draw()", [&] {
      const std::size_t size = Instance::pictures().size() * of(self).picture_shape().size();
      return status_of([&] {
        return of(self).draw(std::span<const double>(x, self->dimension),
                             std::span<double>(pictures, size));
      });
    });
  }

  struct MetricsTable {
    std::vector<const char*> names, docs;
    zeroth_metrics_1 abi{};
    MetricsTable() {
      for (const Metric& metric : Instance::metrics()) {
        names.push_back(metric.name);
        docs.push_back(metric.doc);
      }
      abi = {sizeof(zeroth_metrics_1), static_cast<std::uint32_t>(names.size()), names.data(),
             docs.data(), measure};
    }
  };

  struct RenderTable {
    std::vector<const char*> names, docs;
    std::vector<double> lowest, highest;
    zeroth_render_1 abi{};
    RenderTable() {
      for (const Picture& picture : Instance::pictures()) {
        names.push_back(picture.name);
        docs.push_back(picture.doc);
        lowest.push_back(picture.lowest);
        highest.push_back(picture.highest);
      }
      abi = {sizeof(zeroth_render_1),
             static_cast<std::uint32_t>(names.size()),
             names.data(),
             docs.data(),
             lowest.data(),
             highest.data(),
             shape,
             draw};
    }
  };

  static const void* find_extension([[maybe_unused]] const zeroth_instance* self, const char* id) {
    const std::string_view wanted(id);
    if constexpr (requires(const Instance& i) {
                    i.gradient(0, std::span<const double>(), std::span<double>());
                  }) {
      static const zeroth_gradient_1 table{sizeof(zeroth_gradient_1), 0, gradient};
      if (wanted == ZEROTH_GRADIENT_1) return &table;
    }
    if constexpr (requires(const Instance& i) { i.succeeded(std::span<const double>(), 0.0); }) {
      static const zeroth_success_1 table{sizeof(zeroth_success_1), 0, succeeded};
      if (wanted == ZEROTH_SUCCESS_1) return &table;
    }
    if constexpr (requires(const Instance& i) { i.optimum(); }) {
      static const zeroth_optimum_1 table{sizeof(zeroth_optimum_1), 0, optimum, optimal_point};
      if (wanted == ZEROTH_OPTIMUM_1) return std::isnan(optimum(self)) ? nullptr : &table;
    }
    if constexpr (requires { Instance::metrics(); }) {
      static const MetricsTable table;
      if (wanted == ZEROTH_METRICS_1) return &table.abi;
    }
    if constexpr (requires { Instance::pictures(); }) {
      static const RenderTable table;
      if (wanted == ZEROTH_RENDER_1) return &table.abi;
    }
    return nullptr;
  }
  static const void* extension(const zeroth_instance* self, const char* id) {
    const void* found = nullptr;
    logged(id, [&] {
      found = find_extension(self, id);
      return ZEROTH_OK;
    });
    return found;
  }
};

}  // namespace detail

/// The descriptor of Suite, to be named in ZEROTH_LIBRARY.
template <typename Suite>
LibraryEntry problem() {
  static const ProblemInfo info = Suite::info();
  static const detail::ParameterTable parameters(info.parameters);
  using Adapter = detail::ProblemAdapter<Suite>;
  static const zeroth_problem descriptor{sizeof(zeroth_problem),
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
                                         Adapter::instance_count,
                                         Adapter::open,
                                         Adapter::close};
  return {nullptr, &descriptor};
}

}  // namespace zeroth
