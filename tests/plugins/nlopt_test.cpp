// The plugin against NLopt itself.
#include <nlopt.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/solve.hpp"

using namespace zeroth::test;

namespace {

// Rosenbrock's function, and a slope that no algorithm is made for.
double valley(std::span<const double> x) {
  double sum = 0.1 * x[0];
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double a = 1 - x[i], b = x[i + 1] - x[i] * x[i];
    sum += a * a + 10 * b * b;
  }
  return sum;
}

RunSettings valley_run(bool bounded) {
  RunSettings settings;
  settings.objective = valley;
  settings.start = {-1.2, 0.7, -0.4};
  if (bounded) settings.lower = {-2, -1.5, -1};
  if (bounded) settings.upper = {1.5, 2, 3};
  settings.query_budget = 200;
  return settings;
}

struct Chosen {
  nlopt_algorithm algorithm;
  double step = 0, xtol = 1e-12;
  unsigned population = 0;
};

// What NLopt asks for from a start until it converges or has asked often enough; seed 1.
Points asked_by_nlopt(const Chosen& chosen, const RunSettings& settings,
                      std::vector<double> start) {
  struct Asked {
    const RunSettings* settings;
    Points points;
  } asked{&settings, {}};
  const auto value = [](unsigned n, const double* x, double*, void* data) {
    auto& to = *static_cast<Asked*>(data);
    to.points.emplace_back(x, x + n);
    return to.settings->objective({x, n});
  };
  const std::unique_ptr<nlopt_opt_s, void (*)(nlopt_opt)> made(
      nlopt_create(chosen.algorithm, static_cast<unsigned>(start.size())), nlopt_destroy);
  nlopt_set_min_objective(made.get(), value, &asked);
  if (!settings.lower.empty()) nlopt_set_lower_bounds(made.get(), settings.lower.data());
  if (!settings.upper.empty()) nlopt_set_upper_bounds(made.get(), settings.upper.data());
  if (chosen.step > 0) nlopt_set_initial_step1(made.get(), chosen.step);
  nlopt_set_xtol_rel(made.get(), chosen.xtol);
  nlopt_set_population(made.get(), chosen.population);
  nlopt_set_maxeval(made.get(), 200);
  nlopt_srand(1);
  double least = 0;
  nlopt_optimize(made.get(), start.data(), &least);
  if (asked.points.size() > 200) asked.points.resize(200);  // told to stop, some go on a little
  return asked.points;
}

Points asked_by_plugin(const std::string& id, const Overrides& parameters,
                       const RunSettings& settings) {
  Points points;
  for (const Trace::Batch& batch : solve("nlopt", id, parameters, settings).batches)
    points.push_back(batch.x);
  return points;
}

// The first of them.
Points first(const Points& points, std::size_t count) {
  REQUIRE(points.size() >= count);
  return {points.begin(), points.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

TEST_CASE("each optimizer asks what NLopt's algorithm of that name asks", "[nlopt]") {
  struct Case {
    std::string id;
    nlopt_algorithm algorithm;
    bool bounded = true, has_population = false;
  };
  const Case cases[] = {{"nlopt-bobyqa", NLOPT_LN_BOBYQA},
                        {"nlopt-cobyla", NLOPT_LN_COBYLA},
                        {"nlopt-newuoa", NLOPT_LN_NEWUOA, false},
                        {"nlopt-praxis", NLOPT_LN_PRAXIS, false},
                        {"nlopt-nelder-mead", NLOPT_LN_NELDERMEAD},
                        {"nlopt-sbplx", NLOPT_LN_SBPLX},
                        {"nlopt-crs2", NLOPT_GN_CRS2_LM, true, true},
                        {"nlopt-direct-l", NLOPT_GN_DIRECT_L},
                        {"nlopt-isres", NLOPT_GN_ISRES, true, true},
                        {"nlopt-esch", NLOPT_GN_ESCH}};
  for (const Case& each : cases) {
    for (const bool given : {false, true}) {
      DYNAMIC_SECTION(each.id << (given ? " as told" : " with NLopt's own choices")) {
        Chosen chosen{each.algorithm};
        Overrides parameters;
        if (given) parameters["step"] = chosen.step = 0.3;
        if (given && each.has_population) {
          chosen.population = 30;
          parameters["population"] = 30.0;
        }
        const RunSettings settings = valley_run(each.bounded);
        const Points expected = asked_by_nlopt(chosen, settings, settings.start);
        REQUIRE(expected.size() > 100);
        CHECK(first(asked_by_plugin(each.id, parameters, settings), expected.size()) == expected);
      }
    }
  }
}

TEST_CASE("what has converged to xtol begins again at the best point with half the step",
          "[nlopt]") {
  const RunSettings settings = valley_run(true);
  Chosen chosen{NLOPT_LN_NELDERMEAD, 0.3, 0.02};
  Points expected = asked_by_nlopt(chosen, settings, settings.start);
  const auto best =
      *std::min_element(expected.begin(), expected.end(),
                        [](const auto& a, const auto& b) { return valley(a) < valley(b); });
  chosen.step /= 2;
  const Points again = asked_by_nlopt(chosen, settings, best);
  expected.insert(expected.end(), again.begin(), again.end());
  REQUIRE(expected.size() < 200);
  CHECK(first(asked_by_plugin("nlopt-nelder-mead", {{"step", 0.3}, {"xtol", 0.02}}, settings),
              expected.size()) == expected);
}
