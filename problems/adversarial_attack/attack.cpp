#include "adversarial_attack/attack.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace zeroth::attack {
namespace {

/// The most likely class but y; the first of equals.
template <typename Scalar>
std::size_t rival(const Scalar* logits, std::size_t classes, std::size_t y) {
  std::size_t best = y == 0 ? 1 : 0;
  for (std::size_t j = best + 1; j < classes; ++j) {
    if (j != y && logits[j] > logits[best]) best = j;
  }
  return best;
}

/// log p_y - log p_rival: how far the network is from taking the image for something else.
template <typename Scalar>
double margin(const Scalar* logits, std::size_t y, std::size_t rival) {
  return static_cast<double>(logits[y]) - static_cast<double>(logits[rival]);
}

}  // namespace

Attack::Attack(const Target& target, std::vector<double> pixels, std::size_t label,
               std::string name)
    : target_(target), x0_(std::move(pixels)), label_(label), name_(std::move(name)) {}

void Attack::initial_point(std::uint64_t, std::span<double> w) const {
  std::copy(target_.initial_point.begin(), target_.initial_point.end(), w.begin());
}

double Attack::attacked(std::size_t i, double w) const { return std::clamp(x0_[i] + w, 0.0, 1.0); }

// c D(x - x0).  One copy of the code, called by all: succeeded() compares its bits.
[[gnu::noinline]] double Attack::penalty(const double* w) const {
  double sum = 0;
  for (std::size_t i = 0; i < dimension(); ++i) {
    const double moved = attacked(i, w[i]) - x0_[i];
    sum += target_.norm == Norm::l1 ? std::abs(moved) : moved * moved;
  }
  return target_.c * sum;
}

template <typename Scalar>
void Attack::show(const double* w, Scalar* seen) const {
  const std::size_t pixels = dimension() / target_.mean.size();
  std::size_t i = 0;
  for (std::size_t c = 0; c < target_.mean.size(); ++c) {
    for (const std::size_t end = i + pixels; i < end; ++i) {
      const double x = attacked(i, w[i]);
      seen[i] = static_cast<Scalar>((x - target_.mean[c]) / target_.deviation[c]);
    }
  }
}

template <typename Scalar>
void Attack::classify(const Network<Scalar>& network, std::size_t n, const double* w,
                      Scalar* logits) const {
  static thread_local Buffer<Scalar> images;
  Scalar* seen = images.of(Network<Scalar>::block_rows * dimension());
  for (std::size_t k = 0; k < n; ++k) show(w + k * dimension(), seen + k * dimension());
  network.forward(n, seen, logits);
}

template <typename Visit>
void Attack::for_each_row(std::size_t n, const double* w, const Visit& visit) const {
  const auto with = [&]<typename Scalar>(const Network<Scalar>& network) {
    static thread_local std::vector<Scalar> logits;
    const std::size_t classes = network.outputs();
    logits.resize(network.block_rows * classes);
    for (std::size_t done = 0; done < n;) {
      const std::size_t rows = std::min(network.block_rows, n - done);
      classify(network, rows, w + done * dimension(), logits.data());
      for (std::size_t k = 0; k < rows; ++k) visit(done + k, logits.data() + k * classes);
      done += rows;
    }
  };
  target_.fast ? with(*target_.fast) : with(target_.network);
}

void Attack::evaluate(std::uint64_t, std::span<const double> w, std::span<double> f) const {
  const std::size_t classes = target_.network.outputs();
  for_each_row(f.size(), w.data(), [&](std::size_t row, const auto* logits) {
    const double hinge = std::max(margin(logits, label_, rival(logits, classes, label_)), 0.0);
    f[row] = hinge + penalty(w.data() + row * dimension());
  });
}

void Attack::gradient(std::uint64_t, std::span<const double> w, std::span<double> g) const {
  static thread_local std::vector<double> seen;
  seen.resize(dimension());
  show(w.data(), seen.data());
  const std::size_t classes = target_.network.outputs();
  target_.network.gradient(
      seen.data(),
      [&](const double* logits, double* slope) {
        std::fill_n(slope, classes, 0.0);
        const std::size_t j = rival(logits, classes, label_);
        if (margin(logits, label_, j) > 0) {
          slope[label_] = 1;
          slope[j] = -1;
        }
      },
      g.data());
  const std::size_t pixels = dimension() / target_.mean.size();
  for (std::size_t i = 0; i < dimension(); ++i) {
    const double free = x0_[i] + w[i];
    const double moved = attacked(i, w[i]) - x0_[i];
    const double distance_slope =
        target_.norm == Norm::l1 ? static_cast<double>((moved > 0) - (moved < 0)) : 2 * moved;
    g[i] = free < 0 || free > 1 ? 0.0
                                : g[i] / target_.deviation[i / pixels] + target_.c * distance_slope;
  }
}

bool Attack::succeeded(std::span<const double> w, double loss) const {
  return loss == penalty(w.data());
}

bool Attack::is_fooled(std::span<const double> w) const {
  bool fooled = false;
  for_each_row(1, w.data(), [&](std::size_t, const auto* logits) {
    const std::size_t other = rival(logits, target_.network.outputs(), label_);
    fooled = !(margin(logits, label_, other) > 0);
  });
  return fooled;
}

std::vector<Metric> Attack::metrics() {
  return {{"success", "1 if the network takes the image for another class, else 0"},
          {"predicted", "the class the network takes the image for; a tie is not the true one"},
          {"l1", "sum of the absolute changes of the pixels, which lie in [0, 1]"},
          {"l2", "root of the sum of the squared changes"},
          {"linf", "largest absolute change"}};
}

void Attack::measure(std::span<const double> w, std::span<double> values) const {
  const std::size_t classes = target_.network.outputs();
  for_each_row(1, w.data(), [&](std::size_t, const auto* logits) {
    const std::size_t other = rival(logits, classes, label_);
    const bool success = !(margin(logits, label_, other) > 0);
    values[0] = success ? 1 : 0;
    values[1] = static_cast<double>(success ? other : label_);
  });
  double l1 = 0, squares = 0, linf = 0;
  for (std::size_t i = 0; i < dimension(); ++i) {
    const double moved = std::abs(attacked(i, w[i]) - x0_[i]);
    l1 += moved;
    squares += moved * moved;
    linf = std::max(linf, moved);
  }
  values[2] = l1;
  values[3] = std::sqrt(squares);
  values[4] = linf;
}

std::vector<Picture> Attack::pictures() {
  return {{"original", "the image as it is", 0, 1},
          {"adversarial", "the image that the network is shown", 0, 1},
          {"perturbation", "the second less the first", -1, 1}};
}

PictureShape Attack::picture_shape() const {
  const Shape shape = target_.network.input();
  return {static_cast<std::uint32_t>(shape.channels), static_cast<std::uint32_t>(shape.height),
          static_cast<std::uint32_t>(shape.width)};
}

void Attack::draw(std::span<const double> w, std::span<double> pictures) const {
  const std::size_t d = dimension();
  for (std::size_t i = 0; i < d; ++i) {
    pictures[i] = x0_[i];
    pictures[d + i] = attacked(i, w[i]);
    pictures[2 * d + i] = pictures[d + i] - pictures[i];
  }
}

}  // namespace zeroth::attack
