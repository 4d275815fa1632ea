// Optimizers of NLopt that use values alone.
#include <nlopt.h>
#include <zeroth/optimizer.hpp>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace zeroth::nlopt {
namespace {

constexpr std::uint64_t bounds = ZEROTH_HANDLES_BOUNDS;
constexpr std::uint64_t box = ZEROTH_HANDLES_BOUNDS | ZEROTH_NEEDS_BOUNDS;
constexpr std::uint64_t fixed = ZEROTH_IGNORES_SEED;

constexpr int first_steps = 20;  // each half of the one before, then from the largest on

/// What tells one algorithm from another.
struct Algorithm {
  nlopt_algorithm id;
  const char *name, *title, *doc, *reference;
  std::uint64_t capabilities;
  bool has_population = false;
  unsigned least_dimension = 1;
};

constexpr Algorithm algorithms[] = {
    {NLOPT_LN_BOBYQA, "nlopt-bobyqa", "BOBYQA",
     "Trust region about the best point with a quadratic model: for smooth functions.",
     "Powell 2009, DAMTP 2009/NA06; nlopt.readthedocs.io", bounds | fixed},
    {NLOPT_LN_COBYLA, "nlopt-cobyla", "COBYLA",
     "Trust region with linear models on a simplex: few values are needed to begin.",
     "Powell 1994, doi:10.1007/978-94-015-8330-5_4; nlopt.readthedocs.io", bounds | fixed},
    {.id = NLOPT_LN_NEWUOA,
     .name = "nlopt-newuoa",
     .title = "NEWUOA",
     .doc = "Trust region with a quadratic model, for problems without bounds.",
     .reference = "Powell 2006, doi:10.1007/0-387-30065-1_16; nlopt.readthedocs.io",
     .capabilities = fixed,
     .least_dimension = 2},
    {NLOPT_LN_PRAXIS, "nlopt-praxis", "PRAXIS",
     "Line searches along principal axes that are learned on the way.",
     "Brent 1972, Algorithms for minimization without derivatives; nlopt.readthedocs.io", bounds},
    {NLOPT_LN_NELDERMEAD, "nlopt-nelder-mead", "Nelder-Mead",
     "The simplex that reflects, expands and contracts; kept inside bounds.",
     "Nelder & Mead 1965, doi:10.1093/comjnl/7.4.308; nlopt.readthedocs.io", bounds | fixed},
    {NLOPT_LN_SBPLX, "nlopt-sbplx", "Sbplx",
     "Nelder-Mead on a sequence of subspaces (Subplex, written anew).",
     "Rowan 1990, PhD thesis, UT Austin; nlopt.readthedocs.io", bounds | fixed},
    {.id = NLOPT_GN_CRS2_LM,
     .name = "nlopt-crs2",
     .title = "CRS2",
     .doc = "Controlled random search: a population improved by reflections, with local mutation.",
     .reference = "Kaelo & Ali 2006, doi:10.1007/s10957-006-9101-0; nlopt.readthedocs.io",
     .capabilities = box,
     .has_population = true},
    {NLOPT_GN_DIRECT_L, "nlopt-direct-l", "DIRECT-L",
     "Divides the box into ever smaller boxes, those first that may hold the least value.",
     "Gablonsky & Kelley 2001, doi:10.1023/A:1017930332101; nlopt.readthedocs.io", box | fixed},
    {.id = NLOPT_GN_ISRES,
     .name = "nlopt-isres",
     .title = "ISRES",
     .doc = "Evolution strategy with log-normal step sizes and stochastic ranking.",
     .reference = "Runarsson & Yao 2005, doi:10.1109/TSMCC.2004.841906; nlopt.readthedocs.io",
     .capabilities = box,
     .has_population = true},
    {NLOPT_GN_ESCH, "nlopt-esch", "ESCH",
     "Evolutionary search with recombination and Cauchy mutations of single coordinates.",
     "da Silva Santos et al. 2010, doi:10.1109/ISIEA.2010.5679467; nlopt.readthedocs.io", box},
};

/// One optimization: NLopt asks through it.  NLopt is C, so that no exception may pass through it.
class Session {
 public:
  Session(Run& run, std::size_t dimension)
      : run_(run), point_(run.start()), best_(run.start()), dimension_(dimension) {}

  /// NLopt's objective.
  static double value(unsigned, const double* x, double*, void* self) noexcept {
    return static_cast<Session*>(self)->evaluate(x);
  }

  /// Runs NLopt from the best point.  False: the run is over.  Throws what went wrong inside.
  bool search(nlopt_opt optimizer) {
    optimizer_ = optimizer;
    std::vector<double> x = best_;
    x.resize(dimension_);
    double least = 0;
    const std::uint64_t before = queries_;
    const nlopt_result result = nlopt_optimize(optimizer, x.data(), &least);
    if (error_) std::rethrow_exception(error_);
    if (stopped_) return false;
    if (result == NLOPT_OUT_OF_MEMORY) throw std::bad_alloc();
    if (result == NLOPT_INVALID_ARGS || queries_ == before) {
      const char* why = nlopt_get_errmsg(optimizer);
      throw Error(std::string("NLopt ends without asking for a value: ") +
                  (why != nullptr ? why : nlopt_result_to_string(result)));
    }
    return true;
  }

  const std::vector<double>& best() const { return best_; }
  double best_value() const { return best_f_; }  // NaN before there is any

 private:
  double evaluate(const double* x) {
    if (stopped_) return worst_;
    try {
      std::copy_n(x, point_.size(), point_.begin());
      if (!std::all_of(point_.begin(), point_.end(), [](double v) { return std::isfinite(v); })) {
        nlopt_force_stop(optimizer_);  // PRAXIS has lost its way on a plateau: it begins again
        return worst_;
      }
      ++queries_;
      run_.project(point_);  // rounding may lead out of the bounds
      double f = 0;
      if (!run_.evaluate(point_, {&f, 1})) return stop();
      if (std::isfinite(f) && !(best_f_ <= f)) {
        best_f_ = f;
        best_ = point_;
      }
      if (std::isfinite(f)) worst_ = has_value_ ? std::max(worst_, f) : f;
      has_value_ = has_value_ || std::isfinite(f);
      if (!run_.iterate(best_)) return stop();
      return std::isfinite(f) ? f : worst_;  // NLopt's models cannot live with NaN or infinity
    } catch (...) {
      error_ = std::current_exception();
      return stop();
    }
  }

  double stop() {
    stopped_ = true;
    nlopt_force_stop(optimizer_);
    return worst_;
  }

  Run& run_;
  std::vector<double> point_, best_;
  std::size_t dimension_;  // NLopt's, which may be larger
  double best_f_ = std::numeric_limits<double>::quiet_NaN();
  double worst_ = 1e100;  // before there is any value
  bool has_value_ = false, stopped_ = false;
  std::uint64_t queries_ = 0;
  nlopt_opt optimizer_ = nullptr;
  std::exception_ptr error_;
};

void check(nlopt_result result, const char* what) {
  if (result < 0)
    throw Error(std::string("NLopt refuses ") + what + ": " + nlopt_result_to_string(result));
}

template <std::size_t index>
class Nlopt {
  static constexpr const Algorithm& algorithm = algorithms[index];

 public:
  static OptimizerInfo info() {
    static const std::string version = [] {
      int major = 0, minor = 0, bugfix = 0;
      nlopt_version(&major, &minor, &bugfix);
      return "1.2.0+nlopt-" + std::to_string(major) + "." + std::to_string(minor) + "." +
             std::to_string(bugfix);
    }();
    OptimizerInfo info{.id = algorithm.name,
                       .name = algorithm.title,
                       .version = version.c_str(),
                       .doc = algorithm.doc,
                       .reference = algorithm.reference,
                       .capabilities = algorithm.capabilities};
    info.parameters = {
        real("step", 0.0, non_negative,
             "first change of a coordinate; 0: NLopt's choice, from bounds and start"),
        real("xtol", 1e-12, non_negative,
             "relative change of all coordinates at which it has converged and begins again")};
    if (algorithm.has_population) {
      info.parameters.push_back(
          integer("population", 0, 0, 1'000'000, "points that are kept; 0: NLopt's choice"));
    }
    return info;
  }

  explicit Nlopt(const Values& values) : step_(values.real("step")), xtol_(values.real("xtol")) {
    if (algorithm.has_population) population_ = static_cast<unsigned>(values.integer("population"));
  }

  void solve(Run& run) const {
    // Of this thread, which is ours until solve() returns.
    nlopt_srand(static_cast<unsigned long>(run.seed() ^ run.seed() >> 32));
    const unsigned n = std::max(static_cast<unsigned>(run.dimension()), algorithm.least_dimension);
    Session session(run, n);
    // Once converged, it begins again where it is best, with smaller and smaller first steps.  One
    // that draws no random numbers would at last ask for the same points again.
    int in_vain = 0;
    double best = session.best_value();
    for (int restart = 0; session.search(made(run, session, n, restart).get()); ++restart) {
      in_vain = session.best_value() < best || std::isnan(best) ? 0 : in_vain + 1;
      best = session.best_value();
      if (in_vain == first_steps && (algorithm.capabilities & ZEROTH_IGNORES_SEED) != 0) return;
    }
  }

 private:
  using Handle = std::unique_ptr<nlopt_opt_s, void (*)(nlopt_opt)>;

  Handle made(const Run& run, Session& session, unsigned n, int restart) const {
    Handle made(nlopt_create(algorithm.id, n), nlopt_destroy);
    if (!made) throw std::bad_alloc();
    nlopt_opt optimizer = made.get();
    check(nlopt_set_min_objective(optimizer, Session::value, &session), "the objective");
    std::vector<double> lower(n, -1.0), upper(n, 1.0), x = session.best(), step(n, 1.0);
    for (std::size_t j = 0; j < run.dimension(); ++j) {
      lower[j] = run.lower(j);
      upper[j] = run.upper(j);
      if ((algorithm.capabilities & ZEROTH_NEEDS_BOUNDS) != 0 &&
          !std::isfinite(upper[j] - lower[j])) {
        throw Error("needs a lower and an upper bound for every coordinate, and coordinate " +
                    std::to_string(j) + " lacks one; give bounds, or take nlopt-bobyqa");
      }
    }
    x.resize(n);
    if (run.bounded()) {
      check(nlopt_set_lower_bounds(optimizer, lower.data()), "the lower bounds");
      check(nlopt_set_upper_bounds(optimizer, upper.data()), "the upper bounds");
    }
    check(nlopt_set_xtol_rel(optimizer, xtol_), "xtol");
    if (population_ > 0) check(nlopt_set_population(optimizer, population_), "the population");
    if (step_ > 0) {
      std::fill(step.begin(), step.end(), step_);
    } else {
      check(nlopt_get_initial_step(optimizer, x.data(), step.data()), "the start");
    }
    for (double& each : step) each = std::ldexp(each, -(restart % first_steps));
    check(nlopt_set_initial_step(optimizer, step.data()), "the step");
    return made;
  }

  double step_, xtol_;
  unsigned population_ = 0;
};

}  // namespace
}  // namespace zeroth::nlopt

using zeroth::optimizer;
using zeroth::nlopt::Nlopt;
ZEROTH_LIBRARY("nlopt", "1.2.0", optimizer<Nlopt<0>>(), optimizer<Nlopt<1>>(),
               optimizer<Nlopt<2>>(), optimizer<Nlopt<3>>(), optimizer<Nlopt<4>>(),
               optimizer<Nlopt<5>>(), optimizer<Nlopt<6>>(), optimizer<Nlopt<7>>(),
               optimizer<Nlopt<8>>(), optimizer<Nlopt<9>>())
