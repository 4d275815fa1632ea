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

const double* Attack::perturbations(std::size_t n, const double* w,
                                    std::vector<double>& room) const {
  if (!target_.resize) return w;
  room.resize(n * pixels());
  for (std::size_t k = 0; k < n; ++k)
    target_.resize->apply(w + k * dimension(), room.data() + k * pixels());
  return room.data();
}

double Attack::attacked(std::size_t i, double p) const { return std::clamp(x0_[i] + p, 0.0, 1.0); }

// c D(x - x0).  One copy of the code, called by all: succeeded() compares its bits.
[[gnu::noinline]] double Attack::penalty(const double* p) const {
  double sum = 0;
  for (std::size_t i = 0; i < pixels(); ++i) {
    const double moved = attacked(i, p[i]) - x0_[i];
    sum += target_.norm == Norm::l1 ? std::abs(moved) : moved * moved;
  }
  return target_.c * sum;
}

template <typename Scalar>
void Attack::show(const double* p, Scalar* seen) const {
  const std::size_t plane = pixels() / target_.mean.size();
  std::size_t i = 0;
  for (std::size_t c = 0; c < target_.mean.size(); ++c) {
    for (const std::size_t end = i + plane; i < end; ++i) {
      const double x = attacked(i, p[i]);
      seen[i] = static_cast<Scalar>((x - target_.mean[c]) / target_.deviation[c]);
    }
  }
}

template <typename Scalar>
void Attack::classify(const Network<Scalar>& network, std::size_t n, const double* p,
                      Scalar* logits) const {
  static thread_local Buffer<Scalar> images;
  Scalar* seen = images.of(Network<Scalar>::block_rows * pixels());
  for (std::size_t k = 0; k < n; ++k) show(p + k * pixels(), seen + k * pixels());
  network.forward(n, seen, logits);
}

template <typename Visit>
void Attack::for_each_row(std::size_t n, const double* w, const Visit& visit) const {
  static thread_local std::vector<double> resized;
  const auto with = [&]<typename Scalar>(const Network<Scalar>& network) {
    static thread_local std::vector<Scalar> logits;
    const std::size_t classes = network.outputs();
    logits.resize(network.block_rows * classes);
    for (std::size_t done = 0; done < n;) {
      const std::size_t rows = std::min(network.block_rows, n - done);
      const double* p = perturbations(rows, w + done * dimension(), resized);
      classify(network, rows, p, logits.data());
      for (std::size_t k = 0; k < rows; ++k)
        visit(done + k, logits.data() + k * classes, p + k * pixels());
      done += rows;
    }
  };
  target_.fast ? with(*target_.fast) : with(target_.network);
}

void Attack::evaluate(std::uint64_t, std::span<const double> w, std::span<double> f) const {
  const std::size_t classes = target_.network.outputs();
  for_each_row(f.size(), w.data(), [&](std::size_t row, const auto* logits, const double* p) {
    const double hinge = std::max(margin(logits, label_, rival(logits, classes, label_)), 0.0);
    f[row] = hinge + penalty(p);
  });
}

void Attack::gradient(std::uint64_t, std::span<const double> w, std::span<double> g) const {
  static thread_local std::vector<double> seen, resized, slope_room;
  const double* p = perturbations(1, w.data(), resized);
  slope_room.resize(target_.resize ? pixels() : 0);
  double* slope_of_p = target_.resize ? slope_room.data() : g.data();
  seen.resize(pixels());
  show(p, seen.data());
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
      slope_of_p);
  const std::size_t plane = pixels() / target_.mean.size();
  for (std::size_t i = 0; i < pixels(); ++i) {
    const double free = x0_[i] + p[i];
    const double moved = attacked(i, p[i]) - x0_[i];
    const double distance_slope =
        target_.norm == Norm::l1 ? static_cast<double>((moved > 0) - (moved < 0)) : 2 * moved;
    slope_of_p[i] = free < 0 || free > 1
                        ? 0.0
                        : slope_of_p[i] / target_.deviation[i / plane] + target_.c * distance_slope;
  }
  if (target_.resize) target_.resize->transpose(slope_of_p, g.data());
}

bool Attack::succeeded(std::span<const double> w, double loss) const {
  static thread_local std::vector<double> resized;
  return loss == penalty(perturbations(1, w.data(), resized));
}

bool Attack::is_fooled(std::span<const double> w) const {
  bool fooled = false;
  for_each_row(1, w.data(), [&](std::size_t, const auto* logits, const double*) {
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
  for_each_row(1, w.data(), [&](std::size_t, const auto* logits, const double* p) {
    const std::size_t other = rival(logits, classes, label_);
    const bool success = !(margin(logits, label_, other) > 0);
    double l1 = 0, squares = 0, linf = 0;
    for (std::size_t i = 0; i < pixels(); ++i) {
      const double moved = std::abs(attacked(i, p[i]) - x0_[i]);
      l1 += moved;
      squares += moved * moved;
      linf = std::max(linf, moved);
    }
    values[0] = success ? 1 : 0;
    values[1] = static_cast<double>(success ? other : label_);
    values[2] = l1;
    values[3] = std::sqrt(squares);
    values[4] = linf;
  });
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
  static thread_local std::vector<double> resized;
  const double* p = perturbations(1, w.data(), resized);
  const std::size_t size = pixels();
  for (std::size_t i = 0; i < size; ++i) {
    pictures[i] = x0_[i];
    pictures[size + i] = attacked(i, p[i]);
    pictures[2 * size + i] = pictures[size + i] - pictures[i];
  }
}

}  // namespace zeroth::attack
