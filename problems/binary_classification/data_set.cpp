#include "binary_classification/data_set.hpp"

#include <cstdint>
#include <zeroth/random.hpp>

namespace zeroth::classification {
namespace {

constexpr std::uint64_t data_seed = 0x62696e6172792d63;
constexpr std::uint64_t minibatch_stream = 0x6d696e6962617463;

}  // namespace

DataSet generate(Split split, std::uint64_t index, std::size_t samples, std::size_t dimension) {
  Random random(data_seed, 2 * index + (split == Split::test ? 1 : 0));
  Eigen::VectorXd theta_star(dimension);
  random.normals({theta_star.data(), dimension});
  DataSet data;
  data.x.resize(samples, dimension);
  random.normals({data.x.data(), samples * dimension});
  data.y = ((data.x * theta_star).array() > 0.0).cast<double>();
  return data;
}

std::vector<Eigen::Index> draw_minibatch(std::uint64_t key, std::size_t size, std::size_t n) {
  Random random(key, minibatch_stream);
  std::vector<bool> taken(n, false);
  std::vector<Eigen::Index> drawn;
  drawn.reserve(size);
  for (std::size_t last = n - size; last < n; ++last) {
    const std::uint64_t candidate = random.below(last + 1);
    const std::uint64_t pick = taken[candidate] ? last : candidate;
    taken[pick] = true;
    drawn.push_back(static_cast<Eigen::Index>(pick));
  }
  return drawn;
}

}  // namespace zeroth::classification
