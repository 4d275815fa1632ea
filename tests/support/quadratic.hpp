// A problem for tests: f(x) = sum (x - 1)^2 from the origin, with what can go wrong on request.
#pragma once

#include <zeroth/problem.hpp>
#include <zeroth/random.hpp>

#include <atomic>
#include <cstdlib>
#include <limits>
#include <stdexcept>

namespace zeroth::test {

/// Values computed by all quadratics of the process.
inline std::atomic<std::uint64_t> quadratic_values{0};
/// Rows of the largest batch since it was set to 0.
inline std::atomic<std::uint64_t> quadratic_rows{0};
/// Batches asked for since it was set to 0.
inline std::atomic<std::uint64_t> quadratic_batches{0};
/// A value that is NaN is discarded, not reported.
inline std::atomic<bool> quadratic_discards{false};
/// What an evaluation returns at once, with no value written, unless it is OK.
inline std::atomic<zeroth_status> quadratic_says{ZEROTH_OK};
/// An evaluation fails if the last coordinate is above.  No parameter: seeds depend on those.
inline std::atomic<double> quadratic_fails_above{1e300};

struct QuadraticOptions {
  std::size_t dimension = 3;
  std::size_t batch_rows = 0;
  double bound = 0;            // 0: none; else -bound <= x <= bound
  double nan_below = -1e300;   // f below this is NaN instead
  bool random_start = false;   // else the origin
  bool fails = false;          // evaluate throws
  bool test_fails = false;     // and on the test split alone
  bool dies = false;           // evaluate throws what is no zeroth::Error
  bool library_dies = false;   // the first evaluation says so
  std::uint32_t channels = 1;  // of pictures
  double minibatch_noise = 0;  // times a normal of (minibatch key)
};

class Quadratic {
 public:
  Quadratic(QuadraticOptions options, std::uint64_t index) : o_(options), index_(index) {}

  std::size_t dimension() const { return o_.dimension; }
  std::string label() const { return "q" + std::to_string(index_); }
  std::size_t batch_rows() const { return o_.batch_rows; }
  std::vector<double> lower() const {
    return std::vector<double>(o_.bound > 0 ? o_.dimension : 0, -o_.bound);
  }
  std::vector<double> upper() const {
    return std::vector<double>(o_.bound > 0 ? o_.dimension : 0, o_.bound);
  }

  void initial_point(std::uint64_t seed, std::span<double> x) const {
    std::fill(x.begin(), x.end(), 0.0);
    if (o_.random_start) Random(seed).normals(x);
  }
  zeroth_status evaluate(std::uint64_t minibatch, std::span<const double> x,
                         std::span<double> f) const {
    quadratic_values += f.size();
    ++quadratic_batches;
    for (std::uint64_t most = quadratic_rows;
         most < f.size() && !quadratic_rows.compare_exchange_weak(most, f.size());) {
    }
    if (quadratic_says != ZEROTH_OK) return quadratic_says;
    bool fails = o_.fails;
    for (std::size_t i = 0; i < f.size(); ++i)
      fails = fails || x[(i + 1) * o_.dimension - 1] > quadratic_fails_above;
    if (fails) throw Error("the sky fell on the objective");
    if (o_.library_dies) throw Error("the ground gave way", ZEROTH_LIBRARY_DEAD);
    if (o_.dies) throw std::runtime_error("the objective died");
    zeroth_status status = ZEROTH_OK;
    const double noise =
        minibatch == ZEROTH_FULL_DATA ? 0.0 : o_.minibatch_noise * Random(minibatch).normal();
    for (std::size_t i = 0; i < f.size(); ++i) {
      f[i] = noise + static_cast<double>(index_);
      for (const double v : x.subspan(i * o_.dimension, o_.dimension)) f[i] += (v - 1) * (v - 1);
      if (f[i] >= o_.nan_below) continue;
      f[i] = std::numeric_limits<double>::quiet_NaN();
      if (quadratic_discards) status = ZEROTH_DISCARD;
    }
    return status;
  }
  void gradient(std::uint64_t, std::span<const double> x, std::span<double> g) const {
    for (std::size_t j = 0; j < x.size(); ++j) g[j] = 2 * (x[j] - 1);
  }
  // Coordinates are alike: each is at 1, or where the box ends before.
  double optimum() const {
    if (o_.fails || o_.nan_below > -1e300) return std::numeric_limits<double>::quiet_NaN();
    const double short_of_it = 1 - nearest();
    return static_cast<double>(index_) +
           static_cast<double>(o_.dimension) * short_of_it * short_of_it;
  }
  void optimal_point(std::span<double> x) const { std::fill(x.begin(), x.end(), nearest()); }
  bool succeeded(std::span<const double>, double loss) const { return loss < 1; }
  static std::vector<Metric> metrics() {
    return {{"success", "1 if f is below 1"}, {"first", "x[0]"}};
  }
  void measure(std::span<const double> x, std::span<double> values) const {
    double f = 0;
    evaluate(ZEROTH_FULL_DATA, x, {&f, 1});
    values[0] = f < 1 ? 1 : 0;
    values[1] = x[0];
  }
  static std::vector<Picture> pictures() {
    return {{"point", "x", 0, 1}, {"offset", "x less the minimum", -1, 1}};
  }
  PictureShape picture_shape() const {
    return {o_.channels, 1, static_cast<std::uint32_t>(o_.dimension)};
  }
  void draw(std::span<const double> x, std::span<double> pictures) const {
    const std::size_t size = x.size() * o_.channels;
    for (std::size_t j = 0; j < size; ++j) {
      pictures[j] = x[j % x.size()];
      pictures[size + j] = x[j % x.size()] - 1;
    }
  }

 private:
  double nearest() const { return o_.bound > 0 && o_.bound < 1 ? o_.bound : 1; }

  QuadraticOptions o_;
  std::uint64_t index_;
};

/// Four test instances, two for training; instance i has the minimum i.
class QuadraticSuite {
 public:
  static ProblemInfo info() {
    return {.id = "quadratic",
            .name = "Quadratic",
            .version = "1.0.0",
            .doc = "Sum of squares, for tests.",
            .capabilities = ZEROTH_STOCHASTIC,
            .parameters = {
                integer("dimension", 3, 1, 1'000'000, "dimension"),
                integer("batch_rows", 0, 0, 1000, "rows after which a batch may be cut"),
                real("bound", 0, non_negative, "half the side of the box; 0: none"),
                real("nan_below", -1e300, any_real, "f below this is NaN"),
                boolean("random_start", false, "normal start instead of the origin"),
                boolean("fails", false, "every evaluation fails"),
                boolean("test_fails", false, "every evaluation on the test split fails"),
                boolean("dies", false, "the first evaluation leaves the instance dead"),
                boolean("library_dies", false, "the first evaluation leaves the library dead"),
                integer("channels", 1, 1, 4, "of pictures; 2 and 4 break the contract"),
                real("minibatch_noise", 0, non_negative, "size of the noise of a minibatch"),
                choice("colour", {"red", "green"}, "has no effect"),
                path("file", "", "has no effect, but must not be named /missing")}};
  }
  explicit QuadraticSuite(const Values& values) {
    if (values.text("file") == "/missing")
      throw Error("/missing: there is no such file; name another");
    // A file that no parameter names.
    if (const char* file = std::getenv("ZEROTH_TEST_QUADRATIC_FILE")) note_file(file);
    options_.dimension = static_cast<std::size_t>(values.integer("dimension"));
    options_.batch_rows = static_cast<std::size_t>(values.integer("batch_rows"));
    options_.bound = values.real("bound");
    options_.nan_below = values.real("nan_below");
    options_.random_start = values.boolean("random_start");
    options_.fails = values.boolean("fails");
    options_.test_fails = values.boolean("test_fails");
    options_.dies = values.boolean("dies");
    options_.library_dies = values.boolean("library_dies");
    options_.channels = static_cast<std::uint32_t>(values.integer("channels"));
    options_.minibatch_noise = values.real("minibatch_noise");
  }
  std::uint64_t instance_count(Split split) const { return split == Split::test ? 4 : 2; }
  std::unique_ptr<Quadratic> open(Split split, std::uint64_t index) const {
    QuadraticOptions options = options_;
    options.fails = options.fails || (options.test_fails && split == Split::test);
    return std::make_unique<Quadratic>(options, index);
  }

 private:
  QuadraticOptions options_;
};

}  // namespace zeroth::test
