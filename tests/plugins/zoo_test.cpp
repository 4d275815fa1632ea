// What the zoo does when driven through the boundary alone, and that compilers agree.
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/fake_run.hpp"
#include "support/plugin_library.hpp"

using namespace zeroth::test;

namespace {

std::filesystem::path zoo(const std::string& name) {
  return std::filesystem::path(ZEROTH_ZOO) / (name + ".so");
}

// Twenty iterations in dimension 30, inside bounds that bind.
RunSettings settings() {
  RunSettings s;
  s.objective = quadratic;
  s.start.assign(30, 1.0);
  s.lower.assign(30, 0.4);
  s.upper.assign(30, 1.0);
  s.iteration_budget = 20;
  return s;
}

Trace trace_of(const PluginLibrary& library) {
  const zeroth_optimizer& optimizer = *library.optimizers().front();
  const auto instance =
      make(optimizer, optimizer.parameter_count > 2 ? Overrides{{"delta", 3.0}} : Overrides{});
  FakeRun run(settings());
  REQUIRE(optimizer.solve(instance.get(), run.abi()) == ZEROTH_OK);
  REQUIRE(run.trace().iterates.size() == 20);
  return run.trace();
}

struct Ended {
  zeroth_status status;
  std::string failure, violation;
  std::uint64_t calls_after_stop, queries;
};
Ended run_one(const std::string& library, const std::string& id) {
  const PluginLibrary loaded(zoo(library));
  const zeroth_optimizer& optimizer = loaded.optimizer(id);
  const auto instance = make(optimizer);
  FakeRun run(settings());
  const zeroth_status status = optimizer.solve(instance.get(), run.abi());
  return {status, run.failure(), run.violation(), run.calls_after_stop(), run.trace().queries()};
}

}  // namespace

TEST_CASE("libraries that cannot be loaded are refused with the reason", "[zoo]") {
  CHECK_THROWS_WITH(PluginLibrary(zoo("zoo_missing_dependency")),
                    ContainsSubstring("libzoo_absent.so"));
  CHECK_THROWS_WITH(PluginLibrary(zoo("zoo_undefined_symbol")),
                    ContainsSubstring("undefined symbol: zoo_absent"));
  CHECK_THROWS_WITH(PluginLibrary(zoo("zoo_no_entry")), ContainsSubstring("zeroth_negotiate"));
  CHECK_THROWS_WITH(PluginLibrary(zoo("zoo_not_a_library")),
                    ContainsSubstring("zoo_not_a_library.so"));
  CHECK_THROWS_WITH(PluginLibrary(zoo("zoo_wrong_major")), "negotiation answered -2");
}

TEST_CASE("exceptions of a real library stop at its boundary", "[zoo]") {
  const Ended ended = run_one("zoo_throws", "zoo-throws");
  CHECK(ended.status == ZEROTH_INSTANCE_DEAD);
  CHECK(ended.failure == "the zoo's optimizer gives up");
  const PluginLibrary library(zoo("zoo_throws_int"));
  CHECK_THROWS_WITH(make(library.optimizer("zoo-throws-int")),
                    "an exception that is no std::exception");
}

TEST_CASE("optimizers that break the contract are caught at it", "[zoo]") {
  CHECK_THAT(run_one("zoo_nan", "zoo-nan-query").violation,
             ContainsSubstring("call 1, point 0, coordinate 0"));
  CHECK_THAT(run_one("zoo_nan", "zoo-nan-iterate").violation,
             ContainsSubstring("call 2, point 0, coordinate 29"));
  const Ended insatiable = run_one("zoo_insatiable", "zoo-insatiable");
  CHECK(insatiable.status == ZEROTH_OK);
  CHECK(insatiable.calls_after_stop >= 1000);
  CHECK(insatiable.queries == 20);
}

TEST_CASE("a problem may answer NaN and say that all is well", "[zoo]") {
  const PluginLibrary library(zoo("zoo_nan_problem"));
  const zeroth_problem& problem = library.problem("zoo-nan-problem");
  const auto suite = make(problem);
  const OpenProblem instance(problem, suite.get(), ZEROTH_TEST, 1);
  const std::vector<double> x{0.0, 0.0, 1.0, 0.0};
  std::vector<double> f(2);
  CHECK(instance->evaluate(&*instance, ZEROTH_FULL_DATA, 2, x.data(), f.data(), nullptr) ==
        ZEROTH_OK);
  CHECK(f[0] == 1.0);
  CHECK(std::isnan(f[1]));
}

TEST_CASE("one source gives one trace with g++, with clang++ and with a static libstdc++",
          "[zoo][compilers]") {
  const Trace ours = trace_of(PluginLibrary(zoo("zoo_example_gxx")));
  for (const char* other : {"zoo_example_static", "zoo_example_clangxx"}) {
    if (!std::filesystem::exists(zoo(other))) {
      WARN("skipped: no compiler for " << other);
      continue;
    }
    INFO(other);
    CHECK(trace_of(PluginLibrary(zoo(other))) == ours);
  }
}

TEST_CASE("our optimizers give the same traces when clang++ builds them", "[zoo][compilers]") {
  const std::filesystem::path folder = std::filesystem::path(ZEROTH_ZOO) / "clangxx";
  if (!std::filesystem::exists(folder)) {
    WARN("skipped: no clang++");
    SUCCEED();
    return;
  }
  std::size_t compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".so") continue;
    INFO(entry.path());
    CHECK(trace_of(PluginLibrary(entry.path())) ==
          trace_of(PluginLibrary::built(entry.path().stem())));
    ++compared;
  }
  CHECK(compared >= 5);
}
