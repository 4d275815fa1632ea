// A synthetic data set, generated from its number, and the minibatches drawn from it.
#pragma once

#include <zeroth/problem.hpp>

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace zeroth::classification {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// n labelled samples that a plane through the origin separates.
struct DataSet {
  RowMatrix x;        // (n, d), one sample per row, entries N(0, 1)
  Eigen::VectorXd y;  // n labels, 1 where theta* . x > 0, else 0
};

/// The data set number `index` of a split: theta* ~ N(0, I), then the samples row by row.  The same
/// arguments give the same bits everywhere; no two (split, index) share random numbers.
DataSet generate(Split split, std::uint64_t index, std::size_t samples, std::size_t dimension);

/// `size` different sample numbers below n, each set of them equally likely: a function of the key
/// alone.  Needs size <= n.  Source: Floyd's method, Bentley, CACM 30(9), 1987.
std::vector<Eigen::Index> draw_minibatch(std::uint64_t key, std::size_t size, std::size_t n);

}  // namespace zeroth::classification
