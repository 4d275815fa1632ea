#include "honest.hpp"
// Keeps its state in variables of the library, and says so: nothing is wrong with it.
namespace {
double step, position, scratch[3];

struct Walker : zoo::Walk {
  explicit Walker(const zeroth::Values& values) : Walk(values) { step = values.real("step"); }
  static zeroth::OptimizerInfo info() {
    auto info = zoo::optimizer_info("zoo-own-process");
    info.capabilities = ZEROTH_OWN_PROCESS;
    info.parameters = {zeroth::real("step", 0.1, zeroth::positive, "step")};
    return info;
  }
  void solve(zeroth::Run& run) const {
    zeroth::Random random(run.seed());
    std::vector<double> x = run.start();
    position = x[0];
    double f = 0;
    do {
      x[0] = position += step * random.normal();
      if (!run.evaluate(x, {&f, 1})) return;
    } while (run.iterate(x));
  }
};

struct Scratch : zoo::Bowl {
  void evaluate(std::uint64_t, std::span<const double> x, std::span<double> f) const {
    for (std::size_t i = 0; i < f.size(); ++i) {
      for (std::size_t j = 0; j < 3; ++j) scratch[j] = x[3 * i + j];
      f[i] = value(scratch);
    }
  }
};
struct Suite : zoo::SuiteOf<Scratch> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() {
    return zoo::problem_info("zoo-own-process", ZEROTH_OWN_PROCESS);
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<Walker>(), zeroth::problem<Suite>())
