// Of a problem's instances: the first and the last of each split.
#include <fmt/format.h>
#include <zeroth/abi.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <set>
#include <vector>
#include <zeroth/random.hpp>

#include "check/at_once.hpp"
#include "check/context.hpp"
#include "check/texts.hpp"
#include "plugins/boundary.hpp"

namespace zeroth::host::check {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
using Points = std::vector<double>;  // n x dimension, row-major

Points start_of(const Instance& instance, std::uint64_t seed = 1) {
  Points x(instance.dimension(), nan);
  const zeroth_status status = instance->initial_point(&instance.abi(), seed, x.data());
  if (status != ZEROTH_OK)
    fail(fmt::format("initial_point() answers: {}", failure_text(status, "")));
  return x;
}

// The value of coordinate j that is next to this one inside the bounds.
double inside(const Instance& instance, std::size_t j, double value) {
  const double low = instance->lower == nullptr ? -INFINITY : instance->lower[j];
  const double high = instance->upper == nullptr ? INFINITY : instance->upper[j];
  return std::clamp(value, low, high);
}

// n points about one, inside the bounds; the first is that one.  reach  in standard deviations,
// relative.
Points around(const Instance& instance, const Points& center, std::size_t n, double reach,
              std::uint64_t seed) {
  const std::size_t d = center.size();
  Random random(seed);
  Points x(n * d);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < d; ++j) {
      const double moved =
          center[j] + (i == 0 ? 0.0 : reach * random.normal() * (1.0 + std::abs(center[j])));
      x[i * d + j] = inside(instance, j, moved);
    }
  }
  return x;
}

Points around_start(const Instance& instance, std::size_t n, std::uint64_t seed = 1) {
  return around(instance, start_of(instance), n, 0.05, seed);
}

// Fails for an error, and for NaN that is not announced.
Points values_at(const Instance& instance, const Points& x,
                 std::uint64_t minibatch = ZEROTH_FULL_DATA) {
  Points f(x.size() / instance.dimension(), 0.0);
  Message message;
  const zeroth_status status =
      instance->evaluate(&instance.abi(), minibatch, f.size(), x.data(), f.data(), &message.abi);
  if (status != ZEROTH_OK && status != ZEROTH_DISCARD)
    fail("evaluate() answers: " + failure_text(status, message.text.data()));
  for (const double value : f) {
    if (status == ZEROTH_OK && !std::isfinite(value))
      fail(fmt::format("a value is {}, but evaluate() answers OK, not DISCARD", value));
  }
  return f;
}

bool same_bits(const Points& a, const Points& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

void check_open(const zeroth_instance& instance, const std::string& which) {
  require_text(instance.label, "the label of " + which, TextKind::name);
  for (std::uint32_t j = 0; j < instance.dimension; ++j) {
    const double low = instance.lower == nullptr ? -INFINITY : instance.lower[j];
    const double high = instance.upper == nullptr ? INFINITY : instance.upper[j];
    if (!(low <= high) || low == INFINITY || high == -INFINITY)
      fail(fmt::format("{} has the bounds {} .. {} at coordinate {}", which, low, high, j));
  }
}

void opens(Context& context) {
  const Suite suite = context.suite();
  const std::uint64_t sizes[] = {suite.size(Split::train), suite.size(Split::test)};
  if (sizes[0] + sizes[1] == 0) fail("neither split has an instance");
  for (const Split split : {Split::train, Split::test}) {
    const std::uint64_t size = suite.size(split);
    for (const std::uint64_t index : std::set<std::uint64_t>{0, size / 2, size - 1}) {
      if (index >= size) continue;
      const Instance one(suite, split, index), same(suite, split, index);  // both live
      const std::string which = fmt::format("{} instance {}", name_of(split), index);
      check_open(one.abi(), which);
      if (one.dimension() != same.dimension()) fail(which + " opens with two different dimensions");
    }
  }
  if (sizes[1] == 0) warn("the test split, which experiments use, has no instance");
}

void open_sizes(Context& context) {
  const zeroth_problem& problem = context.raw_problem();
  std::unique_ptr<void, std::function<void(void*)>> raw;
  {
    const auto c_values = boundary_values(context.descriptor().parameters, context.values());
    void* made = nullptr;
    if (problem.create(&problem, c_values.data(), &made, nullptr) != ZEROTH_OK)
      fail("create() refuses now what it took before");
    raw = {made, problem.destroy};
  }
  struct {
    zeroth_instance instance;
    std::array<unsigned char, 64> beyond;
  } larger{};
  larger.instance.struct_size = sizeof larger;
  larger.beyond.fill(0xA5);
  const std::int32_t split =
      problem.instance_count(raw.get(), ZEROTH_TEST) > 0 ? ZEROTH_TEST : ZEROTH_TRAIN;
  const zeroth_status status = problem.open(raw.get(), split, 0, &larger.instance, nullptr);
  if (status != ZEROTH_OK)
    fail(fmt::format("for a larger zeroth_instance, open() answers {}", failure_text(status, "")));
  const bool untouched = std::all_of(larger.beyond.begin(), larger.beyond.end(),
                                     [](unsigned char byte) { return byte == 0xA5; });
  const std::uint32_t said = larger.instance.struct_size;
  problem.close(raw.get(), &larger.instance);
  if (!untouched) fail("open() writes beyond the fields of a zeroth_instance that it knows");
  if (said != sizeof(zeroth_instance))
    fail(fmt::format("of a larger zeroth_instance open() fills {} bytes, but struct_size says {}",
                     sizeof(zeroth_instance), said));
}

void initial_points(Context& context) {
  const Suite suite = context.suite();
  const Instance instance = first_instance(suite), second = first_instance(suite);
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, UINT64_MAX}) {
    const Points x = start_of(instance, seed);
    for (std::size_t j = 0; j < x.size(); ++j) {
      const bool inside = std::isfinite(x[j]) &&
                          (instance->lower == nullptr || x[j] >= instance->lower[j]) &&
                          (instance->upper == nullptr || x[j] <= instance->upper[j]);
      if (!inside)
        fail(fmt::format("for seed {}, coordinate {} is {}: not inside the bounds", seed, j, x[j]));
    }
    if (!same_bits(x, start_of(instance, seed)) || !same_bits(x, start_of(second, seed)))
      fail(fmt::format("seed {} gives two different initial points", seed));
  }
}

void finite_values(Context& context) {
  const Suite suite = context.suite();
  const Instance instance = first_instance(suite);
  const Points f = values_at(instance, around_start(instance, 16));
  if (std::isnan(f[0])) warn("the initial point itself is one that fails");
}

void batches(Context& context) {
  const Suite suite = context.suite();
  const Instance instance = first_instance(suite);
  const std::size_t n = 13, d = instance.dimension();
  const Points x = around_start(instance, n);
  const Points together = values_at(instance, x);
  for (std::size_t i = 0; i < n; ++i) {
    const double alone =
        values_at(instance, Points(x.begin() + static_cast<std::ptrdiff_t>(i * d),
                                   x.begin() + static_cast<std::ptrdiff_t>((i + 1) * d)))[0];
    // A matrix product rounds differently for another number of rows.
    const bool close = std::abs(alone - together[i]) <= 1e-6 * (std::abs(alone) + 1e-6);
    if (!close && !(std::isnan(alone) && std::isnan(together[i])))
      fail(fmt::format("point {} of a batch has the value {}, alone {}", i, together[i], alone));
  }
  if (instance.abi().batch_rows == 0) return;
  const std::size_t rows = static_cast<std::size_t>(instance.abi().batch_rows);
  if (rows >= n) return;
  const Points first =
      values_at(instance, Points(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(rows * d)));
  const Points again =
      values_at(instance, Points(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(rows * d)));
  if (!same_bits(first, again))
    fail("a batch of batch_rows points has two different sets of values");
}

void pure(Context& context) {
  const Suite suite = context.suite();
  const Instance instance = first_instance(suite), second = first_instance(suite);
  const std::uint64_t minibatch = instance.stochastic() ? 5 : ZEROTH_FULL_DATA;
  const Points x = around_start(instance, 4), others = around_start(instance, 4, 2);
  const Points f = values_at(instance, x, minibatch), g = values_at(instance, others, minibatch);
  if (!same_bits(f, values_at(instance, x, minibatch)))
    fail("the same points have other values the second time");
  if (!same_bits(f, values_at(second, x, minibatch)))
    fail("the same points have other values in a second opening of the instance");
  if ((context.descriptor().capabilities & ZEROTH_OWN_PROCESS) != 0)
    pass("It says that each run needs a process of its own: one thread asked.");
  race([&](int t) {
    if (!same_bits(t % 2 == 0 ? f : g, values_at(instance, t % 2 == 0 ? x : others, minibatch)))
      fail("the same points have other values when four threads ask at once");
  });
}

void minibatches(Context& context) {
  const Suite suite = context.suite();
  const Instance instance = first_instance(suite), second = first_instance(suite);
  const Points x = around_start(instance, 3);
  const Points full = values_at(instance, x);
  bool differs = false;
  for (const std::uint64_t key :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{77}, UINT64_MAX}) {
    const Points f = values_at(instance, x, key);
    differs = differs || !same_bits(f, full);
    if (!same_bits(f, values_at(second, x, key)))
      fail(fmt::format("minibatch {} has other values the second time", key));
    if (!instance.stochastic() && !same_bits(f, full))
      fail(
          fmt::format("it does not say that it is stochastic, but minibatch {} has values of its "
                      "own",
                      key));
  }
  if (!same_bits(full, values_at(instance, x))) fail("the full-data values changed");
  if (instance.stochastic() && !differs)
    pass(
        "it says that it is stochastic, but with these "
        "parameters no minibatch differs from the full data");
}

// Largest disagreement of slopes along g with central differences, over random directions: for
// each the best of several step lengths, relative.  A kink within a step spoils that step alone;
// at a bound a step is shorter, or leads inwards alone.
double disagreement(const Instance& instance, std::uint64_t minibatch, const Points& x,
                    const Points& g) {
  const std::size_t d = x.size();
  double worst = 0.0;
  Random random(3);
  for (int direction = 0; direction < 6; ++direction) {
    Points u(d);
    double length = 0.0, size = 0.0;
    random.normals(u);
    for (const double each : u) length += each * each;
    for (const double each : g) size += each * each;
    double best = INFINITY;
    bool room = false;
    for (const double h : {1e-2, 1e-3, 1e-4, 1e-5, 1e-6}) {
      Points pair(2 * d);
      double width = 0.0, rise = 0.0;
      for (std::size_t j = 0; j < d; ++j) {
        const double step = h * u[j] / std::sqrt(length);
        pair[j] = inside(instance, j, x[j] + step);
        pair[d + j] = inside(instance, j, x[j] - step);
        const double moved = pair[j] - pair[d + j];
        width += moved * moved;
        rise += g[j] * moved;
      }
      width = std::sqrt(width);
      if (width == 0.0) continue;
      room = true;
      const double slope = rise / width;
      const Points f = values_at(instance, pair, minibatch);
      const double difference = (f[0] - f[1]) / width;
      const double scale = std::sqrt(size / static_cast<double>(d)) + std::abs(difference) +
                           8e-16 * std::abs(f[0]) / width;
      best = std::min(best, scale == 0.0 ? 0.0 : std::abs(difference - slope) / scale);
    }
    if (room) worst = std::max(worst, best);
  }
  return worst;
}

void gradient(Context& context) {
  const Suite suite = context.suite();
  const Instance instance = first_instance(suite);
  const zeroth_gradient_1* table = instance.gradient();
  if (table == nullptr) skip("it has no gradient/1");
  const std::size_t d = instance.dimension();
  std::vector<std::uint64_t> keys{ZEROTH_FULL_DATA};
  if (instance.stochastic()) keys.push_back(9);
  const Points x = around_start(instance, 3);
  for (const std::uint64_t key : keys) {
    for (std::size_t i = 0; i < 3; ++i) {
      const Points at(x.begin() + static_cast<std::ptrdiff_t>(i * d),
                      x.begin() + static_cast<std::ptrdiff_t>((i + 1) * d));
      Points g(d, nan);
      const zeroth_status status = table->gradient(&instance.abi(), key, at.data(), g.data());
      if (status == ZEROTH_DISCARD) continue;
      if (status != ZEROTH_OK) fail("gradient() answers: " + failure_text(status, ""));
      if (!std::all_of(g.begin(), g.end(), [](double v) { return std::isfinite(v); }))
        fail("the gradient is not finite, but gradient() answers OK, not DISCARD");
      const double error = disagreement(instance, key, at, g);
      if (!(error <= 1e-2))
        fail(fmt::format("it is {:.2g} (relative) off central differences{}", error,
                         key == ZEROTH_FULL_DATA ? "" : ", on a minibatch"));
    }
  }
}

void optimum(Context& context) {
  const Suite suite = context.suite();
  const Instance instance = first_instance(suite);
  const zeroth_optimum_1* table = instance.optimum();
  if (table == nullptr) skip("it has no optimum/1");
  const double least = table->value(&instance.abi());
  if (!std::isfinite(least)) fail(fmt::format("the least value is {}", least));
  const double rounding = 1e-8 * (1.0 + std::abs(least));
  const auto none_below = [&](const Points& x, const char* where) {
    for (const double f : values_at(instance, x)) {
      if (f < least - rounding)
        fail(fmt::format("a point {} has the value {}, below the least value {}", where, f, least));
    }
  };
  const std::size_t d = instance.dimension();
  Points best(d, nan);
  const zeroth_status status = table->point(&instance.abi(), best.data());
  if (status == ZEROTH_OK) {
    for (std::size_t j = 0; j < d; ++j) {
      if (!std::isfinite(best[j]) || (instance->lower != nullptr && best[j] < instance->lower[j]) ||
          (instance->upper != nullptr && best[j] > instance->upper[j]))
        fail(fmt::format("coordinate {} of its point is {}: not inside the bounds", j, best[j]));
    }
    const double there = values_at(instance, best)[0];
    if (!(std::abs(there - least) <= rounding))
      fail(fmt::format("its point has the value {}, not {}", there, least));
    for (const double reach : {1e-4, 1e-2, 1.0})
      none_below(around(instance, best, 16, reach, 5), "near its point");
  } else if (status != ZEROTH_UNSUPPORTED) {
    fail("point() answers: " + failure_text(status, ""));
  }
  none_below(around_start(instance, 16), "near the start");
  none_below(around(instance, start_of(instance), 64, 1.0, 6), "about the start");
}

// Of metrics and pictures.  kind  "metric".
template <typename Table>
void check_names(const Table& table, const char* kind) {
  std::set<std::string> names;
  for (std::uint32_t i = 0; i < table.count; ++i) {
    const char* name = table.names[i];
    require_text(name, fmt::format("the name of {} {}", kind, i), TextKind::name);
    require_text(table.docs[i], fmt::format("the doc of {} '{}'", kind, name));
    if (!names.insert(name).second) fail(fmt::format("two {}s are called '{}'", kind, name));
    if (std::string(name).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") !=
        std::string::npos)
      fail(fmt::format("the {} '{}' is not in lower_case", kind, name));
  }
}

void metrics(Context& context) {
  const Suite suite = context.suite();
  const Instance instance = first_instance(suite);
  const Points x = start_of(instance);
  if (const zeroth_success_1* success = instance.success()) {
    const std::int32_t answer =
        success->succeeded(&instance.abi(), x.data(), values_at(instance, x)[0]);
    if (answer != 0 && answer != 1) fail(fmt::format("succeeded() answers {}, not 0 or 1", answer));
  }
  const zeroth_metrics_1* table = instance.metrics();
  if (table == nullptr) skip("it has no metrics/1");
  check_names(*table, "metric");
  Points one(table->count, 12345.0), two(table->count, 54321.0);
  for (Points* each : {&one, &two}) {
    const zeroth_status status = table->measure(&instance.abi(), x.data(), each->data());
    if (status != ZEROTH_OK) fail("measure() answers: " + failure_text(status, ""));
  }
  for (std::uint32_t i = 0; i < table->count; ++i) {
    if (std::isinf(one[i])) fail(fmt::format("the metric '{}' is infinite", table->names[i]));
    if (one[i] != two[i] && !(std::isnan(one[i]) && std::isnan(two[i])))
      fail(fmt::format("the metric '{}' at one point is {}, then {}", table->names[i], one[i],
                       two[i]));
  }
}

void pictures(Context& context) {
  const Suite suite = context.suite();
  const Instance instance = first_instance(suite);
  const zeroth_render_1* table = instance.render();
  if (table == nullptr) skip("it has no render/1");
  if (table->count == 0) fail("it has render/1, but no picture");
  check_names(*table, "picture");
  for (std::uint32_t i = 0; i < table->count; ++i) {
    const double low = table->lowest[i], high = table->highest[i];
    if (!std::isfinite(low) || !std::isfinite(high) || low >= high)
      fail(fmt::format("the picture '{}' is shown from {} to {}", table->names[i], low, high));
  }
  std::array<std::uint32_t, 3> shape{};
  zeroth_status status = table->shape(&instance.abi(), shape.data());
  if (status != ZEROTH_OK) fail("shape() answers: " + failure_text(status, ""));
  const auto [channels, height, width] = shape;
  const double pixels = static_cast<double>(height) * width;
  if ((channels != 1 && channels != 3) || pixels < 1 || pixels * table->count > 1e8)
    fail(fmt::format("{} pictures have {} channels (1 or 3 are right), are {} high and {} wide",
                     table->count, channels, height, width));
  const std::size_t size = std::size_t{channels} * height * width;
  const Points x = start_of(instance);
  Points one(size * table->count, nan), two(size * table->count, nan);
  for (Points* each : {&one, &two}) {
    status = table->draw(&instance.abi(), x.data(), each->data());
    if (status != ZEROTH_OK) fail("draw() answers: " + failure_text(status, ""));
  }
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (!std::isfinite(one[i]))
      fail(fmt::format("value {} of the picture '{}' is {}, or was not written", i % size,
                       table->names[i / size], one[i]));
  }
  if (!same_bits(one, two)) fail("drawn twice, one point has two different pictures");
}

}  // namespace

void add_problem_tests(std::vector<Test>& tests) {
  const auto add = [&tests](const char* name, const char* claim, const char* needs,
                            void (*body)(Context&)) {
    tests.push_back({Scope::problem, name, claim, needs, body});
  };
  add("opens", "Instances of both splits open.", "creates", opens);
  add("open-sizes", "open() fills no more of a struct than it knows.", "opens", open_sizes);
  add("initial-points", "Initial points are inside the bounds, and a function of the seed.",
      "opens", initial_points);
  add("values", "Values are finite, or discarded.", "initial-points", finite_values);
  add("batches", "A batch has the values of its points one by one.", "values", batches);
  add("pure", "The same points have the same values, bit for bit, also on four threads at once.",
      "values", pure);
  add("minibatches", "The same key is the same minibatch, and only stochastic problems have them.",
      "pure", minibatches);
  add("gradient", "The gradient agrees with central differences.", "values", gradient);
  add("optimum", "The known optimum has its value, and no other point is below.", "values",
      optimum);
  add("metrics", "Metrics are named, and finite or NaN.", "values", metrics);
  add("pictures", "Pictures have names, a shape and a range, and finite values.", "values",
      pictures);
}

}  // namespace zeroth::host::check
