#include "run/oracle.hpp"

#include <tbb/global_control.h>
#include <zeroth/optimizer.hpp>

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "host/matrix_of.hpp"
#include "run/loss_gradient.hpp"
#include "support/catch.hpp"
#include "support/text.hpp"

using namespace zeroth::host;
using zeroth::test::has;
using zeroth::test::QuadraticFixture;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// An oracle on a quadratic, and the calls an optimizer would make.
struct Session {
  explicit Session(Budget budget, std::map<std::string, Value> values = {}, bool stochastic = false,
                   std::uint64_t seed = 1, Evaluations* evaluations = nullptr)
      : fixture(values, stochastic),
        oracle(fixture.instance, budget, Seeds(seed), cancelled, evaluations) {}
  zeroth_status evaluate(std::vector<double> x) {
    f.assign(x.size() / 3, -7.0);
    return oracle.run().evaluate(&oracle.run(), f.size(), x.data(), f.data());
  }
  zeroth_status iterate(std::vector<double> x) {
    return oracle.run().iterate(&oracle.run(), x.data());
  }
  RunResult finish(zeroth_status status = ZEROTH_OK) { return oracle.finish(status).value(); }

  std::atomic<bool> cancelled{false};
  QuadraticFixture fixture;
  std::vector<double> f;
  Oracle oracle;
};

Budget queries(std::uint64_t n) {
  Budget budget;
  budget.queries = n;
  return budget;
}

}  // namespace

TEST_CASE("the oracle refuses query number budget + 1 and writes nothing", "[oracle]") {
  Session s(queries(3));
  CHECK(s.evaluate({0, 0, 0, 1, 1, 1}) == ZEROTH_OK);
  CHECK(s.f == std::vector<double>{3, 0});
  CHECK(s.evaluate({0, 0, 0, 1, 1, 1}) == ZEROTH_STOP);
  CHECK(s.f == std::vector<double>{-7, -7});
  const RunResult r = s.finish();
  CHECK(r.outcome == Outcome::budget);
  CHECK(r.queries == 2);
  CHECK(r.message.empty());
}

TEST_CASE("a batch as large as the budget is answered, and the next query is not", "[oracle]") {
  Session s(queries(2));
  CHECK(s.evaluate({0, 0, 0, 1, 1, 1}) == ZEROTH_OK);
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_STOP);
  CHECK(s.finish().queries == 2);
}

TEST_CASE("an enormous batch is refused without overflow", "[oracle]") {
  Session s(queries(2));
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_OK);
  CHECK(s.oracle.run().evaluate(&s.oracle.run(), std::numeric_limits<std::uint64_t>::max(), nullptr,
                                nullptr) == ZEROTH_STOP);
}

TEST_CASE("the trace has the initial point as row 0 and counts queries until each iterate",
          "[oracle]") {
  Session s(queries(100));
  CHECK(s.evaluate({0, 0, 0, 1, 0, 0}) == ZEROTH_OK);
  CHECK(s.iterate({1, 0, 0}) == ZEROTH_OK);
  CHECK(s.evaluate({1, 0, 0}) == ZEROTH_OK);  // starts where we are: gives the loss
  CHECK(s.iterate({1, 1, 0}) == ZEROTH_OK);
  const RunResult r = s.finish();
  CHECK(r.outcome == Outcome::completed);
  REQUIRE(r.trace.size() == 3);
  CHECK((r.trace[0].iteration == 0 && r.trace[0].queries == 0 && r.trace[0].loss == 3));
  CHECK((r.trace[1].iteration == 1 && r.trace[1].queries == 2 && r.trace[1].loss == 2));
  CHECK((r.trace[2].iteration == 2 && r.trace[2].queries == 3 && r.trace[2].loss == 1));
  CHECK(r.queries == 3);
  CHECK((r.initial_loss == 3 && r.final_loss == 1 && r.best_loss == 1));
}

TEST_CASE("a deterministic problem is not asked again for the loss of the incumbent", "[oracle]") {
  Session s(queries(100));
  std::uint64_t seen = 0;
  double best = 0;
  s.oracle.watch([&](const Incumbent& incumbent, std::uint64_t charged) {
    seen = charged;
    best = incumbent.f;
  });
  const std::uint64_t before = zeroth::test::quadratic_values;
  CHECK(s.evaluate({0, 0, 0, 1, 1, 0, 5, 5, 5}) == ZEROTH_OK);
  CHECK((seen == 3 && best == 1));
  CHECK(s.iterate({1, 1, 0}) == ZEROTH_OK);
  CHECK(s.evaluate({1, 1, 0.5, 0, 1, 0}) == ZEROTH_OK);
  CHECK(s.iterate({1, 1, 0.5}) == ZEROTH_OK);
  CHECK(s.oracle.incumbent().x == std::vector<double>{1, 1, 0.5});
  CHECK(s.oracle.incumbent().query == 4);
  CHECK(zeroth::test::quadratic_values - before == 5);  // those that were charged
  const RunResult r = s.finish();
  REQUIRE(r.trace.size() == 3);
  CHECK((r.trace[1].loss == 1 && r.trace[1].queries == 3));
  CHECK((r.trace[2].loss == 0.25 && r.trace[2].queries == 5));
}

TEST_CASE("a cancelled run that is to be kept has what was done", "[oracle]") {
  Session s(queries(100));
  s.oracle.keep_what_is_done();
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_OK);
  CHECK(s.iterate({0, 0, 0}) == ZEROTH_OK);
  s.cancelled = true;
  CHECK(s.evaluate({1, 1, 1}) == ZEROTH_STOP);
  const RunResult r = s.finish();
  CHECK(r.outcome == Outcome::interrupted);
  CHECK((r.queries == 1 && r.iterations == 1 && r.final_loss == 3));
}

TEST_CASE("the recorded loss is the problem's at the iterate, whatever was asked elsewhere",
          "[oracle]") {
  Session s(queries(100));
  CHECK(s.iterate({1, 1, 1}) == ZEROTH_OK);
  CHECK(s.evaluate({5, 5, 5}) == ZEROTH_OK);
  CHECK(s.iterate({2, 1, 1}) == ZEROTH_OK);
  const RunResult r = s.finish();
  REQUIRE(r.trace.size() == 3);
  CHECK(r.trace[1].loss == 0);
  CHECK(r.trace[2].loss == 1);
  CHECK(r.best_loss == 0);
  CHECK(r.queries == 1);  // recording is not charged
}

TEST_CASE("the iteration budget ends the run at that iterate", "[oracle]") {
  Budget budget;
  budget.iterations = 1;
  Session s(budget);
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_OK);
  CHECK(s.iterate({1, 1, 1}) == ZEROTH_STOP);
  const RunResult r = s.finish();
  CHECK(r.outcome == Outcome::budget);
  CHECK(r.iterations == 1);
  CHECK(r.trace.size() == 2);
}

TEST_CASE("a budget of nothing leaves the initial point alone", "[oracle]") {
  for (const bool by_queries : {false, true}) {
    Budget budget;
    (by_queries ? budget.queries : budget.iterations) = 0;
    Session s(budget);
    CHECK(s.evaluate({0, 0, 0}) == ZEROTH_STOP);
    const RunResult r = s.finish();
    CHECK(r.outcome == Outcome::budget);
    CHECK(r.trace.size() == 1);
    CHECK(r.final_loss == 3);
  }
}

TEST_CASE("the target ends the run at the first iterate that reaches it", "[oracle]") {
  Budget budget = queries(100);
  budget.target = 0.5;
  Session s(budget);
  CHECK(s.iterate({1, 0, 0}) == ZEROTH_OK);
  CHECK(s.iterate({1, 1, 0.5}) == ZEROTH_STOP);
  CHECK(s.finish().outcome == Outcome::target);
}

TEST_CASE("success is recorded with the iteration and the queries that it took", "[oracle]") {
  Session s(queries(100));
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_OK);
  CHECK(s.iterate({1, 0, 0}) == ZEROTH_OK);
  CHECK(s.evaluate({1, 0, 0}) == ZEROTH_OK);
  CHECK(s.iterate({1, 1, 0.5}) == ZEROTH_OK);
  CHECK(s.evaluate({1, 1, 0.5, 0, 0, 0}) == ZEROTH_OK);  // after it
  const RunResult r = s.finish();
  using Metric = std::pair<std::string, double>;
  CHECK(r.metrics == std::vector<Metric>{{"success", 1},
                                         {"first", 1},
                                         {"first_success_iteration", 2},
                                         {"first_success_queries", 2}});
}

TEST_CASE("a point that is not finite ends the run and names the coordinate", "[oracle]") {
  Session s(queries(100));
  CHECK(s.evaluate({0, 0, 0, 0, not_a_number, 0}) == ZEROTH_BAD_ARGUMENT);
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_STOP);
  const RunResult r = s.finish(ZEROTH_BAD_ARGUMENT);
  CHECK(r.outcome == Outcome::non_finite);
  CHECK(r.message ==
        "the optimizer asked for a point that is not finite (point 1, coordinate 1 is nan)");
}

TEST_CASE("an objective that is not finite ends the run", "[oracle]") {
  Session s(queries(100), {{"nan_below", 0.5}});
  CHECK(s.evaluate({0, 0, 0, 1, 1, 1}) == ZEROTH_STOP);
  const RunResult r = s.finish();
  CHECK(r.outcome == Outcome::non_finite);
  CHECK(r.initial_loss == 3);
  CHECK(r.queries == 2);
}

TEST_CASE("a point that the problem discards ends nothing, asked for or walked to", "[oracle]") {
  Session s(queries(100), {{"nan_below", 0.5}});
  zeroth::test::quadratic_discards = true;
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_OK);
  CHECK(s.iterate({1, 1, 1}) == ZEROTH_OK);
  CHECK(s.evaluate({1, 1, 1, 0, 0, 0}) == ZEROTH_DISCARD);  // and with it the loss of the iterate
  CHECK((std::isnan(s.f[0]) && s.f[1] == 3));
  CHECK(s.iterate({1, 1, 0.75}) == ZEROTH_OK);
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_OK);  // the loss was asked for before
  CHECK(s.iterate({0, 0, 0}) == ZEROTH_OK);
  const RunResult r = s.finish();
  zeroth::test::quadratic_discards = false;
  CHECK(r.outcome == Outcome::completed);
  REQUIRE(r.trace.size() == 4);
  CHECK((std::isnan(r.trace[1].loss) && std::isnan(r.trace[2].loss)));
  CHECK((r.final_loss == 3 && r.best_loss == 3));
}

TEST_CASE("the final loss is the last that is known, and a failed iterate is not asked again",
          "[oracle]") {
  Session s(queries(100), {{"nan_below", 0.5}});
  zeroth::test::quadratic_discards = true;
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_OK);
  CHECK(s.iterate({1, 1, 1}) == ZEROTH_OK);
  CHECK(s.evaluate({1, 1, 1, 1, 1, 0.75}) == ZEROTH_DISCARD);
  const std::uint64_t values = zeroth::test::quadratic_values;
  CHECK(s.iterate({1, 1, 1}) == ZEROTH_OK);
  CHECK(s.iterate({1, 1, 1}) == ZEROTH_OK);
  const RunResult r = s.oracle.finish(ZEROTH_OK).value();
  zeroth::test::quadratic_discards = false;
  CHECK(zeroth::test::quadratic_values == values + 1);  // by the metrics
  CHECK(r.trace.size() == 4);
  CHECK(std::isnan(r.trace.back().loss));
  CHECK((r.final_loss == 3 && r.initial_loss == 3));
}

TEST_CASE("a batch is cut short once the run is cancelled, and what was answered counts",
          "[oracle]") {
  constexpr std::uint64_t points = 300'000;
  Session s(queries(2 * points), {{"batch_rows", std::int64_t{1}}});
  s.oracle.keep_what_is_done();
  zeroth::test::quadratic_batches = 0;
  std::thread impatient([&] {
    while (zeroth::test::quadratic_batches < 10) std::this_thread::yield();
    s.cancelled = true;
  });
  CHECK(s.evaluate(std::vector<double>(3 * points, 0.5)) == ZEROTH_STOP);
  impatient.join();
  const std::uint64_t answered = zeroth::test::quadratic_batches;
  const RunResult r = s.finish();
  CHECK(r.outcome == Outcome::interrupted);
  CHECK(r.queries == answered - 1);  // one was the start, for the record
  CHECK((answered >= 10 && answered < points));
  CHECK(s.oracle.incumbent().f == 0.75);
}

TEST_CASE("a piece that fails keeps later ones from being begun", "[oracle]") {
  zeroth::test::quadratic_fails_above = 10;
  Session s(queries(100), {{"batch_rows", std::int64_t{1}}});
  std::vector<double> x(3 * 50, 0.0);
  x[5] = 11;  // of the second point
  zeroth::test::quadratic_batches = 0;
  const tbb::global_control alone(tbb::global_control::max_allowed_parallelism, 1);
  CHECK(s.evaluate(x) == ZEROTH_STOP);
  zeroth::test::quadratic_fails_above = 1e300;
  CHECK(zeroth::test::quadratic_batches < 50);
  CHECK(has(s.finish().message, "the sky fell on the objective"));
}

TEST_CASE("a status that is none of abi.h fails the run, and so does a value that is not written",
          "[oracle]") {
  for (const zeroth_status status : {7, ZEROTH_STOP, ZEROTH_UNSUPPORTED}) {
    Session s(queries(100));
    zeroth::test::quadratic_says = status;
    CHECK(s.evaluate({1, 1, 1}) == ZEROTH_STOP);
    zeroth::test::quadratic_says = ZEROTH_OK;
    const RunResult r = s.finish();
    CHECK(r.outcome == Outcome::failed);
    CHECK(has(r.message, "the problem failed"));
    CHECK(std::isnan(r.final_loss));
  }
  CHECK(Session(queries(9)).finish(7).outcome == Outcome::failed);
  CHECK(Session(queries(9)).finish(ZEROTH_STOP).outcome == Outcome::completed);
}

TEST_CASE("a batch without points ends the run", "[oracle]") {
  Session s(queries(9));
  CHECK(s.evaluate({}) == ZEROTH_BAD_ARGUMENT);
  CHECK(s.finish().message == "the optimizer asked for the values of no points");
}

namespace {

struct FromElsewhere {
  static zeroth::OptimizerInfo info() {
    return {.id = "from-elsewhere", .name = "", .version = "", .doc = ""};
  }
  explicit FromElsewhere(const zeroth::Values&) {}
  void solve(zeroth::Run& run) const {
    std::thread([&] {
      const std::vector<double> x = run.start();
      run.abi()->iterate(run.abi(), x.data());
    }).join();
  }
};

}  // namespace

TEST_CASE("only the thread in solve() may call", "[oracle]") {
  const Descriptor descriptor = describe(zeroth::optimizer<FromElsewhere>().optimizer, "here");
  const Optimizer optimizer(descriptor, {}, "");
  Session s(queries(9));
  const RunResult r = s.oracle.solved_by(optimizer).value();
  CHECK(r.outcome == Outcome::failed);
  CHECK(r.message == "the optimizer called from a thread that was not in solve()");
  CHECK(r.iterations == 0);
}

TEST_CASE("the time of the budget ends the run", "[oracle]") {
  Budget budget;
  budget.seconds = 1e-9;
  Session s(budget);
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_STOP);
  CHECK(s.finish().outcome == Outcome::timeout);
}

TEST_CASE("another seed is another start, another optimizer's seed and other minibatches",
          "[oracle]") {
  const auto seen = [](std::uint64_t seed) {
    Session s(queries(9), {{"random_start", true}, {"minibatch_noise", 1.0}}, true, seed);
    CHECK(s.evaluate({1, 1, 1}) == ZEROTH_OK);
    return std::tuple(s.oracle.run().initial_point[0], s.oracle.run().seed, s.f[0]);
  };
  const auto [start, optimizer, minibatch] = seen(1);
  const auto [other_start, other_optimizer, other_minibatch] = seen(2);
  CHECK(start != other_start);
  CHECK(optimizer != other_optimizer);
  CHECK(minibatch != other_minibatch);
  CHECK(seen(1) == std::tuple(start, optimizer, minibatch));
}

TEST_CASE("a point out of bounds fails the run and says where", "[oracle]") {
  Session s(queries(100), {{"bound", 2.0}});
  CHECK(s.evaluate({0, 2, -2}) == ZEROTH_OK);
  CHECK(s.iterate({0, 0, 2.5}) == ZEROTH_BAD_ARGUMENT);
  const RunResult r = s.finish(ZEROTH_BAD_ARGUMENT);
  CHECK(r.outcome == Outcome::failed);
  CHECK(r.message == "the optimizer left the bounds (point 0, coordinate 2 is 2.5, above 2)");
}

TEST_CASE("an optimizer that stops at its first call has done so in time", "[oracle]") {
  Budget budget;
  budget.target = 1e9;  // met at the start
  Session s(budget);
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_STOP);
  const RunResult r = s.finish();
  CHECK(r.outcome == Outcome::target);
  CHECK(r.message.empty());
}

TEST_CASE("a problem that fails ends the run with its message", "[oracle]") {
  Session s(queries(100), {{"fails", true}});
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_STOP);
  const RunResult r = s.finish();
  CHECK(r.outcome == Outcome::failed);
  CHECK(r.message == "the problem failed: the sky fell on the objective");
  CHECK(std::isnan(r.final_loss));
}

TEST_CASE("a library that says it is dead is not called again", "[oracle]") {
  Session s(queries(100), {{"library_dies", true}});
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_STOP);
  CHECK(s.finish().message == "the problem failed: the ground gave way");
  static int calls;
  calls = 0;
  s.fixture.abi.open = [](const void*, std::int32_t, std::uint64_t, zeroth_instance*,
                          zeroth_message*) {
    ++calls;
    return zeroth_status{ZEROTH_OK};
  };
  CHECK_THROWS_WITH(Instance(s.fixture.suite, Split::test, 1),
                    ContainsSubstring("quadratic: its library, built in, has said") &&
                        ContainsSubstring("--isolate"));
  CHECK(calls == 0);
  *s.fixture.descriptor.library_is_dead = false;  // to be closed and destroyed after all
}

TEST_CASE("an optimizer that fails is a failed run with its message", "[oracle]") {
  Session s(queries(100));
  s.oracle.run().fail(&s.oracle.run(), "I lost my way");
  const RunResult r = s.finish(ZEROTH_INSTANCE_DEAD);
  CHECK(r.outcome == Outcome::failed);
  CHECK(r.message == "the optimizer failed: I lost my way");
}

TEST_CASE("an optimizer that does not stop is told of in the message", "[oracle]") {
  Session s(queries(1));
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_OK);
  for (int i = 0; i < 5; ++i) CHECK(s.evaluate({0, 0, 0}) == ZEROTH_STOP);
  const RunResult r = s.finish();
  CHECK(r.outcome == Outcome::budget);
  CHECK(r.queries == 1);
  CHECK(r.message == "the optimizer was told to stop and called again 4 times");
}

TEST_CASE("a cancelled run has no result", "[oracle]") {
  Session s(queries(100));
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_OK);
  s.cancelled = true;
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_STOP);
  CHECK_FALSE(s.oracle.finish(ZEROTH_OK));
}

TEST_CASE("all queries between two iterates see one minibatch, and the loss sees the whole data",
          "[oracle]") {
  Session s(queries(100), {{"minibatch_noise", 1.0}}, true);
  CHECK(s.evaluate({0, 0, 0, 1, 1, 1}) == ZEROTH_OK);
  const double first = s.f[1];
  CHECK(s.evaluate({1, 1, 1}) == ZEROTH_OK);
  CHECK(s.f[0] == first);
  CHECK(first != 0);
  CHECK(s.iterate({1, 1, 1}) == ZEROTH_OK);
  CHECK(s.evaluate({1, 1, 1}) == ZEROTH_OK);
  CHECK(s.f[0] != first);
  const RunResult r = s.finish();
  CHECK(r.initial_loss == 3);
  CHECK(r.final_loss == 0);
}

TEST_CASE("the gradient is there in training alone, and is that of the recorded loss", "[oracle]") {
  for (const GradientSource source : {GradientSource::exact, GradientSource::differences}) {
    Session s(queries(9), {{"minibatch_noise", 1.0}, {"bound", 0.5}}, true);
    const zeroth_run& run = s.oracle.run();
    CHECK(run.extension(&run, ZEROTH_LOSS_GRADIENT_1) == nullptr);
    const LossGradient gradient(s.fixture.instance, source);
    s.oracle.lend(gradient);
    const auto* lent =
        static_cast<const zeroth_loss_gradient_1*>(run.extension(&run, ZEROTH_LOSS_GRADIENT_1));
    REQUIRE(lent != nullptr);
    const std::vector<double> x{0.25, 0.5, -0.5};  // the last two at the bounds
    std::vector<double> g(3);
    REQUIRE(lent->gradient(&run, x.data(), g.data()) == ZEROTH_OK);
    for (std::size_t j = 0; j < 3; ++j) CHECK(g[j] == Approx(2 * (x[j] - 1)).epsilon(1e-6));
    CHECK(s.finish().queries == 0);
  }
  Session s(queries(9), {{"nan_below", 2.0}});
  const LossGradient differences(s.fixture.instance, GradientSource::differences);
  const std::vector<double> solved{1, 1, 1};
  std::vector<double> g(3);
  CHECK(differences(solved.data(), g.data(), nullptr) == ZEROTH_DISCARD);
}

TEST_CASE("differences are asked for in batches of no more rows than the problem allows",
          "[oracle]") {
  const std::map<std::int64_t, std::uint64_t> largest{{0, 64}, {1, 1}, {3, 3}, {10, 10}, {100, 64}};
  for (const auto& [allowed, asked] : largest) {
    const QuadraticFixture fixture({{"dimension", std::int64_t{40}}, {"batch_rows", allowed}});
    const std::vector<double> x(40, 0.25);
    std::vector<double> g(40);
    zeroth::test::quadratic_rows = 0;
    CHECK(LossGradient(fixture.instance, GradientSource::differences)(x.data(), g.data(),
                                                                      nullptr) == ZEROTH_OK);
    CHECK(zeroth::test::quadratic_rows == asked);
    for (const double v : g) CHECK(v == Approx(-1.5).epsilon(1e-6));
  }
}

TEST_CASE("differences say why they fail, in whichever batch it is", "[oracle]") {
  const QuadraticFixture fixture({{"dimension", std::int64_t{100}}});
  const LossGradient differences(fixture.instance, GradientSource::differences);
  const std::vector<double> x(100, 0.0);
  std::vector<double> g(100);
  std::string text(100, '?');
  zeroth_message message{text.data(), text.size()};
  zeroth::test::quadratic_fails_above = 1e-9;  // in the last batch alone
  CHECK(differences(x.data(), g.data(), &message) < 0);
  CHECK(std::string(text.c_str()) == "the sky fell on the objective");
  zeroth_message narrow{text.data(), 8};
  CHECK(differences(x.data(), g.data(), &narrow) < 0);
  zeroth::test::quadratic_fails_above = 1e300;
  CHECK(std::string(text.c_str()) == "the sky");
}

TEST_CASE("a batch that is cut gives the values of the whole", "[oracle]") {
  Session whole(queries(100)), cut(queries(100), {{"batch_rows", std::int64_t{2}}});
  const std::vector<double> x{0, 0, 0, 1, 0, 0, 1, 1, 0, 1, 1, 1, 2, 2, 2};
  CHECK(whole.evaluate(x) == ZEROTH_OK);
  CHECK(cut.evaluate(x) == ZEROTH_OK);
  CHECK(whole.f == cut.f);
  for (const std::size_t threads : {1u, 4u}) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
    zeroth::test::quadratic_rows = 0;
    zeroth::test::quadratic_batches = 0;
    CHECK(cut.evaluate(x) == ZEROTH_OK);
    CHECK(zeroth::test::quadratic_rows == 2);  // 2, 2, and the last
    CHECK(zeroth::test::quadratic_batches == 3);
  }
  Session failing(queries(100), {{"batch_rows", std::int64_t{2}}, {"fails", true}});
  CHECK(failing.evaluate(x) == ZEROTH_STOP);
  CHECK(failing.finish().message == "the problem failed: the sky fell on the objective");
}

TEST_CASE("what the last loss shows is not hidden by the budget that ends the run", "[oracle]") {
  Budget once;
  once.iterations = 1;
  {
    Session s(once, {{"nan_below", 2.5}});
    CHECK(s.evaluate({0, 0, 0}) == ZEROTH_OK);
    CHECK(s.iterate({1, 1, 1}) == ZEROTH_STOP);
    const RunResult r = s.finish();
    CHECK(r.outcome == Outcome::non_finite);
    CHECK(r.message == "the loss of iterate 1 is nan");
  }
  {
    Session s(once, {{"fails", true}});
    CHECK(s.iterate({1, 1, 1}) == ZEROTH_STOP);
    const RunResult r = s.finish();
    CHECK(r.outcome == Outcome::failed);
    CHECK(has(r.message, "the sky fell"));
  }
  Session s(once);
  CHECK(s.iterate({1, 1, 1}) == ZEROTH_STOP);
  CHECK(s.finish().outcome == Outcome::budget);
}

TEST_CASE("a dead instance is not asked for its metrics", "[oracle]") {
  Session s(queries(9), {{"dies", true}});
  CHECK(s.evaluate({0, 0, 0}) == ZEROTH_STOP);
  zeroth::test::quadratic_values = 0;
  const RunResult r = s.finish();
  CHECK(r.outcome == Outcome::failed);
  CHECK(zeroth::test::quadratic_values == 0);
  for (const auto& [name, value] : r.metrics) CHECK(has(name, "first_success"));
}

TEST_CASE("a problem that starts outside of its bounds is told so, not the optimizer", "[oracle]") {
  const QuadraticFixture fixture({{"bound", 1e-9}, {"random_start", true}});
  const std::atomic<bool> cancelled{false};
  std::string message;
  try {
    const Oracle oracle(fixture.instance, queries(9), Seeds(1), cancelled);
  } catch (const std::runtime_error& error) {
    message = error.what();
  }
  CHECK(has(message, "the problem starts outside of its bounds: point 0, coordinate 0 is "));
}

TEST_CASE("a known value is given once, for the same bits, and for whole questions", "[oracle]") {
  Evaluations evaluations({{1, 5, {0, 1}}, {2, not_a_number, {2, 3}}, {3, 6, {0, 1}}});
  double f[2] = {-7, -7};
  const std::vector<double> half{2, 3, 9, 9}, zero{-0.0, 1}, both{0, 1, 2, 3}, first{0, 1};
  CHECK_FALSE(evaluations.recall(1, 2, 2, half.data(), f));
  CHECK_FALSE(evaluations.recall(1, 1, 2, zero.data(), f));
  CHECK((f[0] == -7 && f[1] == -7));
  CHECK(evaluations.left() == 3);
  CHECK(evaluations.recall(1, 2, 2, both.data(), f));
  CHECK((f[0] == 5 && std::isnan(f[1])));
  CHECK(evaluations.recall(3, 1, 2, first.data(), f));
  CHECK(f[0] == 6);
  CHECK_FALSE(evaluations.recall(4, 1, 2, first.data(), f));
  CHECK(evaluations.left() == 0);
  CHECK(evaluations.take().empty());
}

TEST_CASE("a known value is for its kind of question first, and lent to what is not charged",
          "[oracle]") {
  const std::vector<double> x{0, 1};
  double f = 0;
  Evaluations both({{0, 5, x}, {1, 6, x}, {2, 7, x}});  // the order that they were asked in
  CHECK((both.recall(1, 1, 2, x.data(), &f) && f == 6));
  CHECK((both.recall(0, 1, 2, x.data(), &f) && f == 5));
  CHECK((both.recall(0, 1, 2, x.data(), &f) && f == 7));
  CHECK((both.recall(2, 1, 2, x.data(), &f) && f == 7));
  CHECK((both.recall(0, 1, 2, x.data(), &f) && f == 7));
  CHECK_FALSE(both.recall(3, 1, 2, x.data(), &f));
  Evaluations not_charged({{0, 5, x}});
  CHECK((not_charged.recall(1, 1, 2, x.data(), &f) && f == 5));
  CHECK_FALSE(not_charged.recall(2, 1, 2, x.data(), &f));
}

TEST_CASE("a run that begins again with what it knows asks nothing of that anew", "[oracle]") {
  const std::vector<double> batch{0, 0, 0, 1, 2, 3};
  Budget budget = queries(10);
  if (GENERATE(false, true)) budget.target = -1000;  // the start's loss is settled before solve()
  std::vector<Evaluation> asked;
  RunResult undisturbed;
  {
    Evaluations evaluations;
    Session s(budget, {}, false, 1, &evaluations);
    CHECK(s.evaluate(batch) == ZEROTH_OK);
    CHECK(s.iterate({1, 1, 2}) == ZEROTH_OK);  // its loss is not charged
    undisturbed = s.finish();
    asked = evaluations.take();
  }
  REQUIRE(asked.size() == undisturbed.queries + (budget.target ? 2 : 1));
  std::size_t charged = 0;
  for (const Evaluation& each : asked) {
    charged += each.query > 0 ? 1 : 0;
    if (each.query == 2) CHECK(each.x == std::vector<double>{1, 2, 3});
  }
  CHECK(charged == 2);
  for (Evaluation& each : asked) each.f += 100;  // so that it is seen where values are from
  Evaluations evaluations(asked);
  Session s(budget, {}, false, 1, &evaluations);
  CHECK(s.evaluate(batch) == ZEROTH_OK);
  CHECK(s.iterate({1, 1, 2}) == ZEROTH_OK);
  const RunResult again = s.finish();
  CHECK(again.queries == undisturbed.queries);
  CHECK(again.initial_loss == undisturbed.initial_loss + 100);
  CHECK(again.final_loss == undisturbed.final_loss + 100);
  CHECK(evaluations.left() == 0);
  CHECK(evaluations.take().empty());
}

TEST_CASE("a point that is known to have failed is discarded", "[oracle]") {
  Evaluations evaluations({{1, not_a_number, {7, 7, 7}}});
  Session s(queries(10), {}, false, 1, &evaluations);
  CHECK(s.evaluate({7, 7, 7}) == ZEROTH_DISCARD);
  CHECK(std::isnan(s.f[0]));
}
