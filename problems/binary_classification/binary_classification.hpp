// Binary classification of synthetic data with a squared loss: the stochastic problem of the
// ZO-LSTM paper.
#pragma once

#include <zeroth/problem.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "binary_classification/data_set.hpp"

namespace zeroth::classification {

struct Options {
  std::size_t dimension = 100;
  std::size_t samples = 2000;
  std::size_t batch = 64;  // at most `samples`
  double initial_scale = 1.0;
};

/// f(theta) = mean over the samples of (y - 1 / (1 + exp(-theta . x)))^2.
/// A minibatch key other than ZEROTH_FULL_DATA takes the mean over `batch` samples instead.
/// Threads: [any].  Source: Ruan et al., ICLR 2020, section 4.2; the squared form is that of Liu et
/// al., NeurIPS 2018 (ZO-SVRG).
class Classification {
 public:
  Classification(const Options& options, Split split, std::uint64_t index);

  std::size_t dimension() const { return options_.dimension; }
  /// initial_scale * N(0, I), a function of the seed.
  void initial_point(std::uint64_t seed, std::span<double> x) const;
  /// theta  f.size() x dimension, row-major.
  void evaluate(std::uint64_t minibatch, std::span<const double> theta, std::span<double> f) const;
  /// The exact gradient of the same mean: g, dimension values.
  void gradient(std::uint64_t minibatch, std::span<const double> theta, std::span<double> g) const;
  static std::vector<Metric> metrics();
  void measure(std::span<const double> theta, std::span<double> values) const;

  const DataSet& data() const { return data_; }

 private:
  DataSet minibatch_of(std::uint64_t key) const;

  Options options_;
  DataSet data_;
};

/// 90 data sets for training, 10 for test.
class BinaryClassification {
 public:
  static ProblemInfo info();
  explicit BinaryClassification(const Values& values);
  std::uint64_t instance_count(Split split) const { return split == Split::train ? 90 : 10; }
  std::unique_ptr<Classification> open(Split split, std::uint64_t index) const;

 private:
  Options options_;
};

}  // namespace zeroth::classification
