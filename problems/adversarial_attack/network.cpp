#include "adversarial_attack/network.hpp"

#include <algorithm>
#include <utility>

namespace zeroth::attack {

template <typename Scalar>
Network<Scalar>::Network(Shape input, std::vector<std::unique_ptr<Layer<Scalar>>> layers)
    : input_(input), layers_(std::move(layers)) {
  while (first_batched_ < layers_.size() && layers_[first_batched_]->point_by_point()) {
    ++first_batched_;
  }
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    // The network's input belongs to the caller: the first layer has a slot in any case.
    if (i == 0 || !layers_[i]->in_place()) slots_.push_back({layers_[i]->out().size(), false});
    slot_of_.push_back(slots_.size() - 1);
    if (i + 1 >= first_batched_) slots_.back().whole_batch = true;
  }
}

template <typename Scalar>
typename Network<Scalar>::Workspace& Network<Scalar>::workspace(std::size_t rows) const {
  static thread_local Workspace mine;  // shared by all networks: each only ever enlarges it
  if (mine.outputs.size() < slots_.size()) mine.outputs.resize(slots_.size());
  for (std::size_t s = 0; s < slots_.size(); ++s) {
    mine.outputs[s].of(slots_[s].size * (slots_[s].whole_batch ? rows : 1));
  }
  return mine;
}

template <typename Scalar>
Scalar* Network<Scalar>::output_of(std::size_t layer, std::size_t row, Workspace& workspace) const {
  const std::size_t slot = slot_of_[layer];
  const std::size_t offset = slots_[slot].whole_batch ? row * slots_[slot].size : 0;
  return workspace.outputs[slot].data() + offset;
}

template <typename Scalar>
void Network<Scalar>::run(std::size_t rows, const Scalar* x, Workspace& workspace) const {
  const auto input_of = [&](std::size_t layer, std::size_t row) {
    return layer == 0 ? x + row * inputs() : output_of(layer - 1, row, workspace);
  };
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < first_batched_; ++i) {
      layers_[i]->forward(1, input_of(i, row), output_of(i, row, workspace), workspace.scratch);
    }
  }
  for (std::size_t i = first_batched_; i < layers_.size(); ++i) {
    layers_[i]->forward(rows, input_of(i, 0), output_of(i, 0, workspace), workspace.scratch);
  }
}

template <typename Scalar>
void Network<Scalar>::forward(std::size_t n, const Scalar* x, Scalar* y) const {
  for (std::size_t done = 0; done < n;) {
    const std::size_t rows = std::min(block_rows, n - done);
    Workspace& mine = workspace(rows);
    run(rows, x + done * inputs(), mine);
    std::copy_n(output_of(layers_.size() - 1, 0, mine), rows * outputs(), y + done * outputs());
    done += rows;
  }
}

template <typename Scalar>
void Network<Scalar>::gradient(const Scalar* x,
                               const std::function<void(const Scalar*, Scalar*)>& dy,
                               Scalar* dx) const {
  Workspace& mine = workspace(1);
  run(1, x, mine);
  std::size_t widest = 0;
  for (const auto& layer : layers_) {
    widest = std::max({widest, layer->in().size(), layer->out().size()});
  }
  Scalar* above = mine.gradients[0].of(widest);
  Scalar* below = mine.gradients[1].of(widest);
  dy(output_of(layers_.size() - 1, 0, mine), above);
  for (std::size_t i = layers_.size(); i-- > 0;) {
    const Scalar* in = i == 0 ? x : output_of(i - 1, 0, mine);
    layers_[i]->backward(in, output_of(i, 0, mine), above, below, mine.scratch);
    std::swap(above, below);
  }
  std::copy_n(above, inputs(), dx);
}

template class Network<double>;
template class Network<float>;

}  // namespace zeroth::attack
