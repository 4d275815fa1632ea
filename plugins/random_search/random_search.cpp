#include <zeroth/optimizer.hpp>
#include <zeroth/random.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace {

class RandomSearch {
 public:
  static zeroth::OptimizerInfo info() {
    return {
        .id = "random-search",
        .name = "Random search",
        .version = "1.1.0",
        .doc = "Keeps the best of independent random points: the floor that others must beat.",
        .reference = "Brooks 1958, doi:10.1287/opre.6.2.244",
        .parameters = {zeroth::integer("q", 20, 1, 1'000'000, "candidates per iteration"),
                       zeroth::real("scale", 1.0, zeroth::positive,
                                    "standard deviation of a candidate about the initial point")}};
  }

  explicit RandomSearch(const zeroth::Values& values)
      : scale_(values.real("scale")), q_(values.integer("q")) {}

  void solve(zeroth::Run& run) const {
    const std::size_t d = run.dimension();
    zeroth::Random random(run.seed());
    std::vector<double> points((q_ + 1) * d), values(q_ + 1);  // the incumbent, then the candidates
    std::copy(run.initial_point().begin(), run.initial_point().end(), points.begin());
    do {
      for (std::size_t i = 1; i <= q_; ++i) draw(run, random, {&points[i * d], d});
      if (!run.evaluate(points, values)) return;
      std::size_t best = 0;
      for (std::size_t i = 1; i <= q_; ++i) {
        if (!std::isnan(values[i]) && !(values[best] <= values[i])) best = i;
      }
      if (best != 0) std::copy_n(&points[best * d], d, points.begin());
    } while (run.iterate({points.data(), d}));
  }

 private:
  void draw(const zeroth::Run& run, zeroth::Random& random, std::span<double> x) const {
    for (std::size_t j = 0; j < x.size(); ++j) {
      const double low = run.lower(j), high = run.upper(j);
      x[j] = std::isfinite(low) && std::isfinite(high)
                 ? low + (high - low) * random.uniform()
                 : run.initial_point()[j] + scale_ * random.normal();
    }
    run.project(x);
  }

  double scale_;
  std::size_t q_;
};

}  // namespace

ZEROTH_LIBRARY("random_search", "1.1.0", zeroth::optimizer<RandomSearch>())
