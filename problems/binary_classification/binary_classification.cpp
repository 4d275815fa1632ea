#include "binary_classification/binary_classification.hpp"

#include <zeroth/random.hpp>

#include <cstdint>
#include <string>

namespace zeroth::classification {
namespace {

// Keeps the start of a run apart from whatever else is drawn from the same seed.
constexpr std::uint64_t initial_point_stream = 0x696e697469616c;

/// Sigmoid of every entry.  Beyond 700 it is 0 or 1 to the last bit that matters, and exp stays
/// finite.
template <typename Array>
auto sigmoid(const Array& z) {
  return (1.0 + (-z.max(-700.0).min(700.0)).exp()).inverse();
}

using Point = Eigen::Map<const Eigen::VectorXd>;

}  // namespace

Classification::Classification(const Options& options, Split split, std::uint64_t index)
    : options_(options), data_(generate(split, index, options.samples, options.dimension)) {}

void Classification::initial_point(std::uint64_t seed, std::span<double> x) const {
  Random random(seed, initial_point_stream);
  for (double& value : x) value = options_.initial_scale * random.normal();
}

DataSet Classification::minibatch_of(std::uint64_t key) const {
  const auto drawn = draw_minibatch(key, options_.batch, options_.samples);
  return {data_.x(drawn, Eigen::all), data_.y(drawn)};
}

void Classification::evaluate(std::uint64_t minibatch, std::span<const double> theta,
                              std::span<double> f) const {
  const Eigen::Map<const Eigen::MatrixXd> points(theta.data(), dimension(), f.size());
  const auto mean_loss = [&](const DataSet& data) {
    for (std::size_t first = 0; first < f.size();) {
      // One point is a matrix-vector product, which runs at the speed of memory; more are blocks of
      // a matrix product, whose scores stay in the cache.
      const std::size_t count = std::min<std::size_t>(f.size() - first, 64);
      const Eigen::MatrixXd scores =
          count == 1 ? Eigen::MatrixXd(data.x * points.col(first))
                     : Eigen::MatrixXd(data.x * points.middleCols(first, count));
      for (std::size_t i = 0; i < count; ++i) {
        f[first + i] = (data.y.array() - sigmoid(scores.col(i).array())).square().mean();
      }
      first += count;
    }
  };
  minibatch == ZEROTH_FULL_DATA ? mean_loss(data_) : mean_loss(minibatch_of(minibatch));
}

void Classification::gradient(std::uint64_t minibatch, std::span<const double> theta,
                              std::span<double> g) const {
  const auto mean_gradient = [&](const DataSet& data) {
    const Eigen::VectorXd scores = data.x * Point(theta.data(), dimension());
    const Eigen::ArrayXd p = sigmoid(scores.array());
    // d/dz (y - p(z))^2 = 2 (p - y) p (1 - p)
    const Eigen::VectorXd slope = 2.0 * (p - data.y.array()) * p * (1.0 - p);
    Eigen::Map<Eigen::VectorXd>(g.data(), dimension()) =
        data.x.transpose() * slope / static_cast<double>(slope.size());
  };
  minibatch == ZEROTH_FULL_DATA ? mean_gradient(data_) : mean_gradient(minibatch_of(minibatch));
}

std::vector<Metric> Classification::metrics() {
  return {{"accuracy", "share of all samples on their side of the plane, 0 to 1"}};
}

void Classification::measure(std::span<const double> theta, std::span<double> values) const {
  const Eigen::ArrayXd scores = data_.x * Point(theta.data(), dimension());
  values[0] = ((scores > 0.0) == (data_.y.array() > 0.5)).cast<double>().mean();
}

ProblemInfo BinaryClassification::info() {
  const Options defaults;
  const auto size = [](const char* name, std::size_t value, std::int64_t max, const char* doc) {
    return integer(name, static_cast<std::int64_t>(value), 1, max, doc);
  };
  return {
      .id = "binary-classification",
      .name = "Binary classification",
      .version = "1.0.0",
      .doc =
          "Linear separation of synthetic samples by a sigmoid with a squared loss, in "
          "minibatches.",
      .reference = "Ruan et al., Learning to Learn by Zeroth-Order Oracle, ICLR 2020, section 4.2",
      .capabilities = ZEROTH_STOCHASTIC,
      .parameters = {size("dimension", defaults.dimension, 100'000, "d, entries of a sample"),
                     size("samples", defaults.samples, 10'000'000, "n, samples in a data set"),
                     size("batch", defaults.batch, 10'000'000,
                          "b, samples in a minibatch, at most n; all different"),
                     real("initial_scale", defaults.initial_scale, non_negative,
                          "standard deviation of each entry of the initial point")}};
}

BinaryClassification::BinaryClassification(const Values& values)
    : options_{static_cast<std::size_t>(values.integer("dimension")),
               static_cast<std::size_t>(values.integer("samples")),
               static_cast<std::size_t>(values.integer("batch")), values.real("initial_scale")} {
  if (options_.batch > options_.samples) {
    throw Error("batch = " + std::to_string(options_.batch) + " is more than the " +
                std::to_string(options_.samples) +
                " samples of a data set; set batch to at most that, or raise samples");
  }
}

std::unique_ptr<Classification> BinaryClassification::open(Split split, std::uint64_t index) const {
  return std::make_unique<Classification>(options_, split, index);
}

}  // namespace zeroth::classification
