#include <zeroth/problem.hpp>

#include <cstdint>

namespace {

class Instance {
 public:
  explicit Instance(std::uint64_t index) : index_(index) {}
  std::size_t dimension() const { return 2; }
  void initial_point(std::uint64_t, std::span<double> x) const { x[0] = x[1] = 0.0; }
  void evaluate(std::uint64_t, std::span<const double> x, std::span<double> f) const {
    volatile std::uintptr_t address = 8;
    for (std::size_t i = 0; i < f.size(); ++i) {
      f[i] = x[2 * i] + x[2 * i + 1];
      if (index_ == 1 && f[i] != 0.0) *reinterpret_cast<volatile int*>(address) = 1;
    }
  }

 private:
  std::uint64_t index_;
};

class SegfaultProblem {
 public:
  static zeroth::ProblemInfo info() {
    return {.id = "zoo-segfault-problem",
            .name = "Segfault problem",
            .version = "1",
            .doc = "Instance 1 writes to address 8 away from the start."};
  }
  explicit SegfaultProblem(const zeroth::Values&) {}
  std::uint64_t instance_count(zeroth::Split) const { return 2; }
  std::unique_ptr<Instance> open(zeroth::Split, std::uint64_t index) const {
    return std::make_unique<Instance>(index);
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_segfault_problem", "1", zeroth::problem<SegfaultProblem>())
