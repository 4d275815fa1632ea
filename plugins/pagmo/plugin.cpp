// Optimizers of pagmo for one objective in a box.
#include <zeroth/optimizer.hpp>
#include <zeroth/random.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/bee_colony.hpp>
#include <pagmo/algorithms/cmaes.hpp>
#include <pagmo/algorithms/de1220.hpp>
#include <pagmo/algorithms/pso_gen.hpp>
#include <pagmo/algorithms/sade.hpp>
#include <pagmo/algorithms/xnes.hpp>
#include <pagmo/batch_evaluators/member_bfe.hpp>
#include <pagmo/bfe.hpp>
#include <pagmo/config.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>
#include <pagmo/types.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace zeroth::pagmo_plugin {

/// Thrown through pagmo once the host says stop.
struct Stopped {};

/// What pagmo's copies of the problem share: the way to the host, and the best point.
class Session {
 public:
  explicit Session(Run& run) : run_(run), best_(run.start()) {}

  const Run& run() const { return run_; }
  const std::vector<double>& best() const { return best_; }
  std::uint64_t queries() const { return queries_; }

  /// x  n x dimension; moved into the bounds, which rounding may leave.  f  n values; a point that
  /// failed gets the worst value so far, since pagmo cannot sort NaN.
  std::vector<double> evaluate(std::vector<double> x) {
    const std::size_t d = run_.dimension();
    std::vector<double> f(x.size() / d);
    for (std::size_t i = 0; i < f.size(); ++i) run_.project(std::span(x).subspan(i * d, d));
    if (!run_.evaluate(x, f)) throw Stopped();
    queries_ += f.size();
    for (std::size_t i = 0; i < f.size(); ++i) {
      if (!std::isfinite(f[i])) continue;
      worst_ = has_value_ ? std::max(worst_, f[i]) : f[i];
      if (!has_value_ || f[i] < best_f_) {
        best_f_ = f[i];
        best_.assign(&x[i * d], &x[i * d] + d);
      }
      has_value_ = true;
    }
    for (double& value : f) value = std::isfinite(value) ? value : worst_;
    if (generation_ > 0 && (asked_ += f.size()) >= generation_) {
      asked_ = 0;
      iterate();
    }
    return f;
  }
  /// From now on every so many points are an iteration.
  void count_generations(std::uint64_t points) { generation_ = points; }

  void iterate() {
    if (!run_.iterate(best_)) throw Stopped();
  }

 private:
  Run& run_;
  std::vector<double> best_;
  double best_f_ = 0, worst_ = 1e100;  // before there is any value
  bool has_value_ = false;
  std::uint64_t queries_ = 0;
  std::uint64_t generation_ = 0, asked_ = 0;  // points
};

/// The problem as pagmo sees it.  Copies ask through one session.
struct Objective {
  Session* session = nullptr;

  pagmo::vector_double fitness(const pagmo::vector_double& x) const { return session->evaluate(x); }
  pagmo::vector_double batch_fitness(const pagmo::vector_double& x) const {
    return session->evaluate(x);
  }
  std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const {
    std::pair<pagmo::vector_double, pagmo::vector_double> bounds{{0.0}, {1.0}};
    if (session == nullptr) return bounds;
    const Run& run = session->run();
    bounds = {};
    for (std::size_t j = 0; j < run.dimension(); ++j) {
      bounds.first.push_back(run.lower(j));
      bounds.second.push_back(run.upper(j));
    }
    return bounds;
  }
  template <typename Archive>
  void serialize(Archive&, unsigned) {}  // pagmo asks that it could
};

namespace {

/// What tells one algorithm from another.  make: one generation a call, what it learned kept; or,
/// where pagmo would forget some of it, all in one call.
struct Algorithm {
  const char *name, *title, *doc, *reference;
  pagmo::algorithm (*make)(unsigned seed);
  unsigned rounds = 0;  // over the population in a generation of one that is called once; 0: not so
};

constexpr unsigned endless = 1'000'000'000;  // generations

// Conditions of convergence are off: a run ends with its budget.
const Algorithm algorithms[] = {
    {"pagmo-cmaes", "pagmo CMA-ES", "Evolution strategy that learns the covariance of good steps.",
     "Hansen 2006, doi:10.1007/3-540-32494-1_4; esa.github.io/pagmo2",
     [](unsigned seed) {
       return pagmo::algorithm(pagmo::cmaes(1, -1, -1, -1, -1, 0.5, 0, 0, true, true, seed));
     }},
    {"pagmo-xnes", "pagmo xNES",
     "Natural gradient of a normal distribution in its own coordinates.",
     "Glasmachers et al. 2010, doi:10.1145/1830483.1830557; esa.github.io/pagmo2",
     [](unsigned seed) {
       return pagmo::algorithm(pagmo::xnes(1, -1, -1, -1, -1, 0, 0, true, true, seed));
     }},
    {"pagmo-sade", "pagmo SADE", "Differential evolution that adapts its own two parameters.",
     "Brest et al. 2006, doi:10.1109/TEVC.2006.872133; esa.github.io/pagmo2",
     [](unsigned seed) { return pagmo::algorithm(pagmo::sade(1, 2, 1, 0, 0, true, seed)); }},
    {"pagmo-de1220", "pagmo DE 1220",
     "Differential evolution that adapts its parameters and its mutation variant.",
     "Biscani & Izzo 2020, doi:10.21105/joss.02338; esa.github.io/pagmo2",
     [](unsigned seed) {
       return pagmo::algorithm(
           pagmo::de1220(1, {2, 3, 7, 10, 13, 14, 15, 16}, 1, 0, 0, true, seed));
     }},
    {"pagmo-pso", "pagmo PSO", "Particle swarm, a generation at a time: one batch each.",
     "Kennedy & Eberhart 1995, doi:10.1109/ICNN.1995.488968; esa.github.io/pagmo2",
     [](unsigned seed) {
       pagmo::pso_gen swarm(endless, 0.7298, 2.05, 2.05, 0.5, 5, 2, 4, true, seed);
       swarm.set_bfe(pagmo::bfe(pagmo::member_bfe()));
       return pagmo::algorithm(std::move(swarm));
     },
     1},
    {"pagmo-bee-colony", "pagmo bee colony",
     "Artificial bee colony: sources of food that are improved, or left once exhausted.",
     "Karaboga & Basturk 2007, doi:10.1007/s10898-007-9149-x; esa.github.io/pagmo2",
     [](unsigned seed) { return pagmo::algorithm(pagmo::bee_colony(endless, 20, seed)); }, 2},
};

template <std::size_t index>
class Pagmo {
  static const Algorithm& algorithm() { return algorithms[index]; }

 public:
  static OptimizerInfo info() {
    return {.id = algorithm().name,
            .name = algorithm().title,
            .version = "1.2.0+pagmo-" PAGMO_VERSION,
            .doc = algorithm().doc,
            .reference = algorithm().reference,
            .capabilities = ZEROTH_HANDLES_BOUNDS | ZEROTH_NEEDS_BOUNDS,
            .parameters = {integer("population", 20, 7, 1'000'000, "points of a generation")}};
  }

  explicit Pagmo(const Values& values)
      : population_(static_cast<std::size_t>(values.integer("population"))) {}

  void solve(Run& run) const {
    for (std::size_t j = 0; j < run.dimension(); ++j) {
      if (std::isfinite(run.upper(j) - run.lower(j))) continue;
      throw Error("needs a lower and an upper bound for every coordinate, and coordinate " +
                  std::to_string(j) + " lacks one; give bounds, or take cma-es");
    }
    Session session(run);
    try {
      search(session);
    } catch (const Stopped&) {
    }
  }

 private:
  void search(Session& session) const {
    const Run& run = session.run();
    const auto seed = static_cast<unsigned>(run.seed() ^ run.seed() >> 32);
    pagmo::population population(pagmo::problem(Objective{&session}), 0, seed);
    add_points(session, population);
    const pagmo::algorithm algorithm = Pagmo::algorithm().make(seed);
    if (Pagmo::algorithm().rounds > 0) {
      session.iterate();
      session.count_generations(Pagmo::algorithm().rounds * population_);
      algorithm.evolve(population);
      return;
    }
    for (;;) {
      const std::uint64_t before = session.queries();
      session.iterate();
      population = algorithm.evolve(population);
      if (session.queries() == before) return;  // it sees nothing more to do
    }
  }

  // The initial point, and others anywhere in the box: one batch.
  void add_points(Session& session, pagmo::population& population) const {
    const Run& run = session.run();
    const std::size_t d = run.dimension();
    Random random(run.seed());
    std::vector<double> x = run.start();
    for (std::size_t i = d; i < population_ * d; ++i) {
      const double low = run.lower(i % d), high = run.upper(i % d);
      x.push_back(std::clamp(low + (high - low) * random.uniform(), low, high));
    }
    const std::vector<double> f = session.evaluate(x);
    for (std::size_t i = 0; i < population_; ++i) {
      const auto first = x.begin() + static_cast<std::ptrdiff_t>(i * d);
      population.push_back({first, first + static_cast<std::ptrdiff_t>(d)}, {f[i]});
    }
  }

  std::size_t population_;
};

}  // namespace
}  // namespace zeroth::pagmo_plugin

using zeroth::optimizer;
using zeroth::pagmo_plugin::Pagmo;
ZEROTH_LIBRARY("pagmo", "1.2.0", optimizer<Pagmo<0>>(), optimizer<Pagmo<1>>(),
               optimizer<Pagmo<2>>(), optimizer<Pagmo<3>>(), optimizer<Pagmo<4>>(),
               optimizer<Pagmo<5>>())
