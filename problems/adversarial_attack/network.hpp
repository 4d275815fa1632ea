// A chain of layers, evaluated on batches.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "adversarial_attack/layers.hpp"

namespace zeroth::attack {

template <typename Scalar>
class Network {
 public:
  /// Rows that go through the network together.  A larger batch is cut there, always, so that a
  /// caller who cuts at the same places gets the same bits.
  static constexpr std::size_t block_rows = 64;

  /// At least one layer; each takes what the one before it gives.  input: what the first takes as
  /// many values of, in the shape that they have outside.
  Network(Shape input, std::vector<std::unique_ptr<Layer<Scalar>>> layers);

  Shape input() const { return input_; }
  std::size_t inputs() const { return input().size(); }
  std::size_t outputs() const { return layers_.back()->out().size(); }

  /// x  n x inputs(), row-major   y  n x outputs(), written.
  /// Threads: [any]; memory is kept per thread and does not grow with n.
  void forward(std::size_t n, const Scalar* x, Scalar* y) const;

  /// Exact gradient of a function of the outputs at one point.
  /// x   inputs() values   dx  inputs() values, written
  /// dy  gets the outputs, fills in the derivatives with respect to them.
  void gradient(const Scalar* x, const std::function<void(const Scalar* y, Scalar* dy)>& dy,
                Scalar* dx) const;

 private:
  /// Where each layer leaves its output, reused from call to call.
  struct Workspace {
    std::vector<Buffer<Scalar>> outputs;  // by slot
    Buffer<Scalar> scratch, gradients[2];
  };
  struct Slot {
    std::size_t size;  // of one point
    bool whole_batch;  // else one point at a time
  };

  Workspace& workspace(std::size_t rows) const;
  Scalar* output_of(std::size_t layer, std::size_t row, Workspace& workspace) const;
  /// Runs `rows` points; their outputs are then at output_of(last layer, 0).
  void run(std::size_t rows, const Scalar* x, Workspace& workspace) const;

  Shape input_;
  std::vector<std::unique_ptr<Layer<Scalar>>> layers_;
  std::size_t first_batched_ = 0;     // layers from here on take the whole batch at once
  std::vector<std::size_t> slot_of_;  // by layer; a layer that works in place shares one
  std::vector<Slot> slots_;
};

}  // namespace zeroth::attack
