#include <zeroth/problem.hpp>
#include <zeroth/random.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace {

// One objective function: f(x) = sum over j of w_j (x_j - optimum_j)^2, with w from 1 to condition.
// Several threads use it at once: all functions are const.
class MyProblem {
 public:
  MyProblem(std::size_t dimension, double condition, std::uint64_t index)
      : index_(index), weight_(dimension), optimum_(dimension) {
    zeroth::Random random(index + 1);
    const double last = static_cast<double>(std::max<std::size_t>(dimension, 2) - 1);
    for (std::size_t j = 0; j < dimension; ++j) {
      weight_[j] = std::pow(condition, static_cast<double>(j) / last);
      optimum_[j] = 8.0 * random.uniform() - 4.0;
    }
  }

  std::size_t dimension() const { return weight_.size(); }
  std::string label() const { return std::to_string(index_); }
  std::vector<double> lower() const { return std::vector<double>(dimension(), -5.0); }
  std::vector<double> upper() const { return std::vector<double>(dimension(), 5.0); }

  void initial_point(std::uint64_t seed, std::span<double> x) const {
    zeroth::Random random(seed);
    for (double& value : x) value = 10.0 * random.uniform() - 5.0;
  }

  // x holds f.size() points, one after the other.  The minibatch is for stochastic problems.
  void evaluate(std::uint64_t, std::span<const double> x, std::span<double> f) const {
    for (std::size_t i = 0; i < f.size(); ++i) {
      f[i] = 0.0;
      for (std::size_t j = 0; j < dimension(); ++j) {
        const double step = x[i * dimension() + j] - optimum_[j];
        f[i] += weight_[j] * step * step;
      }
    }
  }

  // Optional: for the training of learned optimizers, and for `zeroth check`.
  void gradient(std::uint64_t, std::span<const double> x, std::span<double> g) const {
    for (std::size_t j = 0; j < g.size(); ++j) g[j] = 2.0 * weight_[j] * (x[j] - optimum_[j]);
  }

  // Optional, where it is known: the least value, and where it is.
  double optimum() const { return 0.0; }
  void optimal_point(std::span<double> x) const {
    std::copy(optimum_.begin(), optimum_.end(), x.begin());
  }

 private:
  std::uint64_t index_;
  std::vector<double> weight_, optimum_;
};

// What the instances share; here only parameters.  Data would be read once in the constructor.
class MyProblemSuite {
 public:
  static zeroth::ProblemInfo info() {
    return {.id = "my-problem",
            .name = "My problem",
            .version = "1.0.0",  // of the numbers: other values are another version
            .doc = "A quadratic with a random optimum inside a box.",
            .parameters = {zeroth::integer("dimension", 10, 1, 1'000'000, "number of variables"),
                           zeroth::real("condition", 100.0, zeroth::closed(1.0, 1e12),
                                        "largest curvature, where the smallest is 1")}};
  }

  // The values are inside their ranges; throw zeroth::Error for what a range cannot say.
  explicit MyProblemSuite(const zeroth::Values& values)
      : dimension_(static_cast<std::size_t>(values.integer("dimension"))),
        condition_(values.real("condition")) {}

  // A hundred instances to train on, and a hundred others to test on.
  std::uint64_t instance_count(zeroth::Split) const { return 100; }
  std::unique_ptr<MyProblem> open(zeroth::Split split, std::uint64_t index) const {
    const std::uint64_t number = split == zeroth::Split::train ? index + 100 : index;
    return std::make_unique<MyProblem>(dimension_, condition_, number);
  }

 private:
  std::size_t dimension_;
  double condition_;
};

}  // namespace

ZEROTH_LIBRARY("my_problem", "1.0.0", zeroth::problem<MyProblemSuite>())
