#include <zeroth/gradient_descent.hpp>

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/fake_run.hpp"

using namespace zeroth::test;

namespace {

const std::vector<zeroth_value> values{
    {"delta", 0.5, 0, ""}, {"q", 0.0, 2, ""}, {"mu", 0.25, 0, ""}};

RunSettings two_iterations() {
  RunSettings settings;
  settings.objective = [](std::span<const double> x) { return 8 * x[0] + 16 * x[1]; };
  settings.start = {1.0, 2.0};
  settings.iteration_budget = 2;
  settings.directions = {1, 0, 0, 1, 1, 0, 0, 1};  // so that an estimate is half of the gradient
  return settings;
}

}  // namespace

TEST_CASE("descent moves by delta / d times what the rule makes of the estimate", "[descent]") {
  FakeRun fake(two_iterations());
  zeroth::Run run(fake.abi());
  const zeroth::GradientDescent descent(zeroth::Values(values.data(), values.size()));
  std::vector<std::vector<double>> estimates;
  descent.descend(run, [&](std::span<double> g) {
    estimates.emplace_back(g.begin(), g.end());
    g[1] = -g[1];
  });
  CHECK(estimates == std::vector<std::vector<double>>{{4.0, 8.0}, {4.0, 8.0}});
  CHECK(fake.trace().iterates == std::vector<std::vector<double>>{{0.0, 4.0}, {-1.0, 6.0}});
}

TEST_CASE("descent traces its estimates, and its updates before the bounds", "[descent]") {
  RunSettings settings = two_iterations();
  settings.lower = {0.5, -10.0};
  FakeRun fake(settings);
  zeroth::Run run(fake.abi());
  const zeroth::GradientDescent descent(zeroth::Values(values.data(), values.size()));
  descent.descend(run, [](std::span<double>) {});
  const auto& internals = fake.trace().internals;
  CHECK(internals.at("estimate") == std::vector<std::vector<double>>{{4.0, 8.0}, {4.0, 8.0}});
  CHECK(internals.at("update") == std::vector<std::vector<double>>{{-1.0, -2.0}, {-1.0, -2.0}});
}

TEST_CASE("descent along given estimates evaluates nothing", "[descent]") {
  RunSettings settings = two_iterations();
  settings.iteration_budget = unlimited;
  settings.estimates = {4.0, -8.0, 0.0, 2.0, 8.0, 8.0};
  FakeRun fake(settings);
  zeroth::Run run(fake.abi());
  const zeroth::GradientDescent descent(zeroth::Values(values.data(), values.size()));
  descent.descend(run, [](std::span<double>) {});
  CHECK(fake.trace().batches.empty());
  CHECK(fake.trace().iterates ==
        std::vector<std::vector<double>>{{0.0, 4.0}, {0.0, 3.5}, {-2.0, 1.5}});
  CHECK(fake.trace().internals.at("update").size() == 3);
}

TEST_CASE("descent ends on the bounds", "[descent]") {
  RunSettings settings = two_iterations();
  settings.lower = {0.5, -10.0};
  FakeRun fake(settings);
  zeroth::Run run(fake.abi());
  const zeroth::GradientDescent descent(zeroth::Values(values.data(), values.size()));
  descent.descend(run, [](std::span<double>) {});
  CHECK(fake.trace().iterates.front() == std::vector<double>{0.5, 0.0});
  CHECK(fake.violation().empty());
}

TEST_CASE("an optimizer's own parameters stand between delta and q", "[descent]") {
  const auto all = zeroth::GradientDescent::parameters({zeroth::boolean("own", false, "x")});
  std::vector<std::string> names;
  for (const zeroth::Parameter& p : all) names.emplace_back(p.abi.name);
  CHECK(names == std::vector<std::string>{"delta", "own", "q", "mu"});
}
