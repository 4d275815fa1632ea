// The attack on one image: the objective function, its gradient and what it has achieved.
#pragma once

#include <zeroth/problem.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "adversarial_attack/network.hpp"
#include "adversarial_attack/resize.hpp"

namespace zeroth::attack {

enum class Norm { l1, l2 };

/// What all attacks on one network share.
struct Target {
  Network<double> network;
  std::optional<Network<float>> fast;    // answers evaluate() where it is set
  std::vector<double> mean, deviation;   // by channel: the network sees (pixel - mean) / deviation
  std::optional<BilinearResize> resize;  // of perturbations that are not of the image's size
  std::vector<double> initial_point;     // of the attack's dimension
  double c = 0;                          // weight of the distance
  Norm norm = Norm::l1;
};

/// f(w) = max(log p_y(x) - max_{j != y} log p_j(x), 0) + c D(x - x0),  x = clamp(x0 + w, 0, 1)
/// with D the l1 norm, or the squared l2 norm, of the perturbation that is left after the clamp.
/// With a resize R, w of another size stands for R w (the paper's appendix C.1).
/// log p_y - log p_j is computed as the difference of the logits, from which it differs by
/// rounding. Threads: [any].  Source: Ruan et al., ICLR 2020, section 4.1, and their published
/// code.
class Attack {
 public:
  /// pixels  network.inputs() values in [0, 1];   label  the true class, below network.outputs().
  /// target is borrowed and must outlive the attack.
  Attack(const Target& target, std::vector<double> pixels, std::size_t label, std::string name);

  std::size_t dimension() const { return target_.resize ? target_.resize->inputs() : pixels(); }
  std::string label() const { return name_; }
  std::size_t batch_rows() const { return Network<double>::block_rows; }
  /// The same for every seed.
  void initial_point(std::uint64_t seed, std::span<double> w) const;
  /// w  f.size() x dimension, row-major.  Distance and hinge are double in either precision.
  void evaluate(std::uint64_t minibatch, std::span<const double> w, std::span<double> f) const;
  /// Exact, in float64: 0 where x0 + w is outside [0, 1] (before R'); at a kink the one of the
  /// official code (sign(0) = 0, no hinge at 0, the first of equal maxima).
  void gradient(std::uint64_t minibatch, std::span<const double> w, std::span<double> g) const;
  /// Whether the hinge of this loss is exactly 0: the image is not taken for y any more.
  /// O(dimension).
  bool succeeded(std::span<const double> w, double loss) const;
  /// Whether the network takes the image for another class; a tie is not the true one.
  bool is_fooled(std::span<const double> w) const;
  static std::vector<Metric> metrics();
  void measure(std::span<const double> w, std::span<double> values) const;
  static std::vector<Picture> pictures();
  PictureShape picture_shape() const;
  void draw(std::span<const double> w, std::span<double> pictures) const;

 private:
  std::size_t pixels() const { return x0_.size(); }
  /// The perturbations p that the points w (n x dimension) stand for, n x pixels: w itself, or R w
  /// in room.
  const double* perturbations(std::size_t n, const double* w, std::vector<double>& room) const;
  /// What the network sees at a perturbation: both of pixels() values.
  template <typename Scalar>
  void show(const double* p, Scalar* seen) const;
  /// Logits of n perturbations into n x network.outputs() values.
  template <typename Scalar>
  void classify(const Network<Scalar>& network, std::size_t n, const double* p,
                Scalar* logits) const;
  /// visit(row, logits of that row, its perturbation) for all of the points w, in the precision of
  /// evaluations.
  template <typename Visit>
  void for_each_row(std::size_t n, const double* w, const Visit& visit) const;
  double attacked(std::size_t i, double p) const;
  double penalty(const double* p) const;

  const Target& target_;
  std::vector<double> x0_;
  std::size_t label_;
  std::string name_;
};

}  // namespace zeroth::attack
