// An optimizer for tests that learns one number: the logarithm of its step size.
#include <zeroth/file.hpp>
#include <zeroth/gradient_estimator.hpp>
#include <zeroth/safetensors.hpp>
#include <zeroth/training.hpp>

#include <cmath>
#include <limits>

namespace {

using zeroth::Values;

double read_weight(const std::string& file) {
  if (file.empty()) return -6.0;
  return zeroth::Safetensors(zeroth::read_file(file, "the weights", "weights"), file)
      .values("log_step", {1})[0];
}

struct Trainer {
  static constexpr const char* weights = "weights";
  static std::vector<zeroth::Parameter> parameters() {
    return {
        zeroth::integer("poison", 1'000'000, 0, 1'000'000,
                        "changes of the weights after which no window is finite"),
        zeroth::real("explode", 0, zeroth::any_real, "added to what is saved once it has learned"),
        zeroth::boolean("lies", false, "poisoned windows say that they are finite")};
  }
  Trainer(const Values& optimizer, const Values& training, std::uint64_t)
      : start(read_weight(optimizer.text("weights"))),
        weight(start),
        poison(training.integer("poison")),
        explode(training.real("explode")),
        lies(training.boolean("lies")) {}
  std::size_t weight_count() const { return 1; }
  void get(std::span<double> out) const { out[0] = weight; }
  void set(std::span<const double> in) {
    weight = in[0];
    ++changes;
  }
  void save(const std::string& path, const std::string& note) const {
    zeroth::write_safetensors(
        path, {{"log_step", {1}, {weight == start ? weight : weight + explode}}}, note);
  }

  class Episode {
   public:
    Episode(const Trainer& trainer, const zeroth::Run& run)
        : trainer_(trainer),
          run_(run),
          theta_(run_.start()),
          draw_(run_),
          estimator_(run_, 4, 1e-6),
          loss_gradient_(run_) {}

    // theta' = theta - exp(w) g with g constant: dL/dw = -exp(w) sum over t and later tau of
    // grad f(theta_tau) g_t.
    zeroth::Window window(std::uint64_t iterations, double& objective, std::span<double> gradient) {
      if (trainer_.changes > trainer_.poison) {
        gradient[0] = std::numeric_limits<double>::quiet_NaN();
        return trainer_.lies ? zeroth::Window::done : zeroth::Window::not_finite;
      }
      const double step = std::exp(trainer_.weight);
      std::vector<double> moved(theta_.size(), 0.0), g(theta_.size());
      objective = gradient[0] = 0.0;
      std::uint64_t done = 0;
      for (bool goes_on = true; goes_on && done < iterations; ++done) {
        if (!estimator_.estimate(theta_, draw_)) break;
        objective += estimator_.value();
        for (std::size_t j = 0; j < theta_.size(); ++j) {
          theta_[j] -= step * estimator_.gradient()[j];
          moved[j] += estimator_.gradient()[j];
        }
        if (!loss_gradient_(theta_, g)) return zeroth::Window::not_finite;
        for (std::size_t j = 0; j < theta_.size(); ++j) gradient[0] -= step * g[j] * moved[j];
        goes_on = run_.iterate(theta_);
      }
      return done == 0 ? zeroth::Window::stop : zeroth::Window::done;
    }

   private:
    const Trainer& trainer_;
    zeroth::Run run_;
    std::vector<double> theta_;
    zeroth::GaussianDirections draw_;
    zeroth::GradientEstimator estimator_;
    zeroth::LossGradient loss_gradient_;
  };

  double start, weight;
  std::int64_t poison, changes = 0;
  double explode;
  bool lies;
};

class LearnedStep {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "learned-step",
            .name = "Learned step",
            .version = "1.0.0",
            .doc = "Descent with a learned step size, for tests.",
            .capabilities = 0,
            .parameters = {zeroth::path("weights", "", "the learned number")}};
  }
  static const void* extension(const std::string& id) {
    return id == ZEROTH_TRAINABLE_1 ? zeroth::trainable<LearnedStep, Trainer>() : nullptr;
  }
  explicit LearnedStep(const Values& values)
      : step_(std::exp(read_weight(values.text("weights")))) {}
  void solve(zeroth::Run& run) const {
    if (run.extension(ZEROTH_LOSS_GRADIENT_1) != nullptr)
      throw zeroth::Error("it got the gradient");
    std::vector<double> theta = run.start();
    zeroth::GaussianDirections draw(run);
    zeroth::GradientEstimator estimator(run, 4, 1e-6);
    do {
      if (!estimator.estimate(theta, draw)) return;
      for (std::size_t j = 0; j < theta.size(); ++j) theta[j] -= step_ * estimator.gradient()[j];
    } while (run.iterate(theta));
  }

 private:
  double step_;
};

}  // namespace

ZEROTH_LIBRARY("learned_step", "1.0.0", zeroth::optimizer<LearnedStep>())
