#include <fstream>
#include <zeroth/training.hpp>

#include "honest.hpp"
namespace {
double read(const std::string& file) {
  double step = 0.1;
  if (!file.empty()) std::ifstream(file) >> step;
  return step;
}

struct Trainer {
  static constexpr const char* weights = "weights";
  static std::vector<zeroth::Parameter> parameters() { return {}; }
  Trainer(const zeroth::Values& optimizer, const zeroth::Values&, std::uint64_t)
      : start(read(optimizer.text("weights"))), step(start) {}
  std::size_t weight_count() const { return 1; }
  void get(std::span<double> out) const { out[0] = step; }
  void set(std::span<const double> in) { step = in[0]; }
  void save(const std::string& path, const std::string&) const {
    std::ofstream(path) << start;  // not step
  }
  struct Episode {
    Episode(const Trainer&, const zeroth::Run& given) : run(given) {}
    zeroth::Window window(std::uint64_t, double& objective, std::span<double> gradient) {
      const std::vector<double> x = run.start();
      if (!run.evaluate(x, {&objective, 1}) || !run.iterate(x)) return zeroth::Window::stop;
      gradient[0] = 0.0;
      return zeroth::Window::done;
    }
    zeroth::Run run;
  };
  double start, step;
};

struct Forgets : zoo::Walk {
  explicit Forgets(const zeroth::Values& values)
      : Walk(values), step(read(values.text("weights"))) {}
  static zeroth::OptimizerInfo info() {
    auto info = zoo::optimizer_info("zoo-forgets");
    info.parameters = {zeroth::path("weights", "", "the step")};
    return info;
  }
  static const void* extension(const std::string& id) {
    return id == ZEROTH_TRAINABLE_1 ? zeroth::trainable<Forgets, Trainer>() : nullptr;
  }
  void solve(zeroth::Run& run) const { walk(run, zeroth::Random(run.seed()), step); }
  double step;
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<Forgets>())
