#include <zeroth/problem.hpp>

#include <limits>

namespace {

class NanInstance {
 public:
  std::size_t dimension() const { return 2; }
  void initial_point(std::uint64_t, std::span<double> x) const { x[0] = x[1] = 0.0; }
  void evaluate(std::uint64_t, std::span<const double> x, std::span<double> f) const {
    for (std::size_t i = 0; i < f.size(); ++i) {
      f[i] = x[2 * i] == 0.0 ? 1.0 : std::numeric_limits<double>::quiet_NaN();
    }
  }
};

class NanProblem {
 public:
  static zeroth::ProblemInfo info() {
    return {.id = "zoo-nan-problem",
            .name = "NaN",
            .version = "1",
            .doc = "Not a number away from the start."};
  }
  explicit NanProblem(const zeroth::Values&) {}
  std::uint64_t instance_count(zeroth::Split) const { return 2; }
  std::unique_ptr<NanInstance> open(zeroth::Split, std::uint64_t) const {
    return std::make_unique<NanInstance>();
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_nan_problem", "1", zeroth::problem<NanProblem>())
