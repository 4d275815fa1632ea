// Writing an optimizer whose weights `zeroth train` learns.
//
//   class MyTrainer {
//    public:
//     static constexpr const char* weights = "weights";     // the optimizer's path parameter
//     static std::vector<zeroth::Parameter> parameters();   // of training
//     MyTrainer(const zeroth::Values& optimizer, const zeroth::Values& training,
//               std::uint64_t seed);
//     std::size_t weight_count() const;
//     void get(std::span<double>) const;
//     void set(std::span<const double>);
//     void save(const std::string& path, const std::string& note) const;
//     class Episode {
//      public:
//       Episode(const MyTrainer&, const zeroth::Run&);
//       zeroth::Window window(std::uint64_t iterations, double& objective,
//                             std::span<double> gradient);
//     };
//   };
//
// and in the optimizer:
//
//   static const void* extension(const std::string& id) {
//     return id == ZEROTH_TRAINABLE_1 ? zeroth::trainable<MyOptimizer, MyTrainer>() : nullptr;
//   }
#pragma once

#include <zeroth/abi.h>
#include <zeroth/error.hpp>
#include <zeroth/optimizer.hpp>
#include <zeroth/parameters.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace zeroth {

/// How a window ended; see zeroth_trainable_1::window.
enum class Window { done, stop, not_finite };

/// The gradient that the host lends to a training run.
class LossGradient {
 public:
  /// The run must outlive this.  Throws Error if it is not a training run.
  explicit LossGradient(const Run& run)
      : run_(run.abi()),
        given_(static_cast<const zeroth_loss_gradient_1*>(run.extension(ZEROTH_LOSS_GRADIENT_1))) {
    if (given_ == nullptr) throw Error("the host lends no gradient to train with");
  }

  /// The gradient at x; both of the run's dimension.  False: it is not finite.
  [[nodiscard]] bool operator()(std::span<const double> x, std::span<double> g) const {
    const zeroth_status status = given_->gradient(run_, x.data(), g.data());
    if (status < 0) throw Error("the host refused gradient()", status);
    return status == ZEROTH_OK;
  }

 private:
  const zeroth_run* run_;
  const zeroth_loss_gradient_1* given_;
};

namespace detail {

template <typename O, typename T>
struct TrainerAdapter {
  // An episode and what it borrows.
  struct Episode {
    Episode(const T& trainer, const zeroth_run* run_given)
        : run(run_given), weights(trainer.weight_count()), episode(trainer, run) {}
    Run run;
    std::size_t weights;
    typename T::Episode episode;
  };

  static zeroth_status create(const zeroth_trainable_1* self, const zeroth_value* optimizer,
                              const zeroth_value* training, std::uint64_t seed, void** trainer,
                              zeroth_message* message) {
    return reported(message, [&] {
      static const ParameterTable declared(O::info().parameters);
      *trainer = new T(Values(optimizer, declared.size(), declared.data()),
                       Values(training, self->parameter_count, self->parameters), seed);
      return ZEROTH_OK;
    });
  }
  static void destroy(void* trainer) { delete static_cast<T*>(trainer); }
  static std::uint64_t weight_count(const void* trainer) noexcept {
    return static_cast<const T*>(trainer)->weight_count();
  }
  static void get(const void* trainer, double* weights) noexcept {
    const T& self = *static_cast<const T*>(trainer);
    self.get({weights, self.weight_count()});
  }
  static void set(void* trainer, const double* weights) noexcept {
    T& self = *static_cast<T*>(trainer);
    self.set({weights, self.weight_count()});
  }
  static zeroth_status save(const void* trainer, const char* path, const char* note,
                            zeroth_message* message) {
    return reported(message, [&] {
      static_cast<const T*>(trainer)->save(path, note);
      return ZEROTH_OK;
    });
  }
  static zeroth_status begin(const void* trainer, const zeroth_run* run, void** episode,
                             zeroth_message* message) {
    return reported(message, [&] {
      *episode = new Episode(*static_cast<const T*>(trainer), run);
      return ZEROTH_OK;
    });
  }
  static zeroth_status window(void* episode, std::uint64_t iterations, double* objective,
                              double* gradient, zeroth_message* message) {
    return reported(message, [&]() -> zeroth_status {
      Episode& self = *static_cast<Episode*>(episode);
      switch (self.episode.window(iterations, *objective, {gradient, self.weights})) {
        case Window::done:
          return ZEROTH_OK;
        case Window::stop:
          return ZEROTH_STOP;
        case Window::not_finite:
          return ZEROTH_DISCARD;
      }
      return ZEROTH_INSTANCE_DEAD;
    });
  }
  static void end(void* episode) { delete static_cast<Episode*>(episode); }
};

}  // namespace detail

/// The training side of the optimizer O: its trainer T.
template <typename O, typename T>
const zeroth_trainable_1* trainable() {
  static const detail::ParameterTable parameters(T::parameters());
  using Adapter = detail::TrainerAdapter<O, T>;
  static const zeroth_trainable_1 table{sizeof(zeroth_trainable_1),
                                        0,
                                        T::weights,
                                        parameters.size(),
                                        parameters.data(),
                                        Adapter::create,
                                        Adapter::destroy,
                                        Adapter::weight_count,
                                        Adapter::get,
                                        Adapter::set,
                                        Adapter::save,
                                        Adapter::begin,
                                        Adapter::window,
                                        Adapter::end};
  return &table;
}

}  // namespace zeroth
