// The plugin against pagmo itself.  Compiled as the plugin is: see plugins/pagmo/README.md.
#include <cstddef>
#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/bee_colony.hpp>
#include <pagmo/algorithms/cmaes.hpp>
#include <pagmo/algorithms/de1220.hpp>
#include <pagmo/algorithms/pso_gen.hpp>
#include <pagmo/algorithms/sade.hpp>
#include <pagmo/algorithms/xnes.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/solve.hpp"

using namespace zeroth::test;

/// Notes what is asked.
struct NotedQuadratic {
  Points* asked = nullptr;

  pagmo::vector_double fitness(const pagmo::vector_double& x) const {
    asked->push_back(x);
    return {quadratic(x)};
  }
  std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const {
    return {{-3, -3, -3, -3}, {1, 2, 3, 4}};
  }
  template <typename Archive>
  void serialize(Archive&, unsigned) {}
};

// One call of pagmo's algorithm for three generations, from the same population and seed.
TEST_CASE("each optimizer asks what pagmo's algorithm of that name asks", "[pagmo]") {
  constexpr unsigned generations = 3, seed = 1;
  const std::pair<std::string, pagmo::algorithm> cases[] = {
      {"pagmo-cmaes",
       pagmo::algorithm(pagmo::cmaes(generations, -1, -1, -1, -1, 0.5, 0, 0, true, true, seed))},
      {"pagmo-xnes",
       pagmo::algorithm(pagmo::xnes(generations, -1, -1, -1, -1, 0, 0, true, true, seed))},
      {"pagmo-sade", pagmo::algorithm(pagmo::sade(generations, 2, 1, 0, 0, true, seed))},
      {"pagmo-de1220", pagmo::algorithm(pagmo::de1220(generations, {2, 3, 7, 10, 13, 14, 15, 16}, 1,
                                                      0, 0, true, seed))},
      {"pagmo-pso",
       pagmo::algorithm(pagmo::pso_gen(generations, 0.7298, 2.05, 2.05, 0.5, 5, 2, 4, true, seed))},
      {"pagmo-bee-colony", pagmo::algorithm(pagmo::bee_colony(generations, 20, seed))}};
  RunSettings settings;
  settings.objective = quadratic;
  settings.start = {-2, 0.5, 1, 3};
  std::tie(settings.lower, settings.upper) = NotedQuadratic{}.get_bounds();
  settings.seed = seed;
  settings.query_budget = 300;
  for (const auto& [id, algorithm] : cases) {
    DYNAMIC_SECTION(id) {
      const Trace trace = solve("pagmo", id, {{"population", 16.0}}, settings);
      Points expected, asked;
      for (const Trace::Batch& batch : trace.batches) {
        for (std::size_t at = 0; at < batch.x.size(); at += 4)
          asked.emplace_back(&batch.x[at], &batch.x[at] + 4);
      }
      pagmo::population population(pagmo::problem(NotedQuadratic{&expected}), 0, seed);
      REQUIRE(trace.batches.front().f.size() == 16);
      for (std::size_t i = 0; i < 16; ++i) population.push_back(asked[i]);
      algorithm.evolve(population);
      REQUIRE(expected.size() >= 16 + generations * 16);
      REQUIRE(asked.size() >= expected.size());
      asked.resize(expected.size());
      CHECK(asked == expected);
    }
  }
}
