// The suite: images, network and splits from files, one attack for each image of a split.
#pragma once

#include <zeroth/problem.hpp>

#include <cstdint>
#include <memory>

#include "adversarial_attack/attack.hpp"
#include "adversarial_attack/images.hpp"
#include "adversarial_attack/split.hpp"

namespace zeroth::attack {

/// Attacks on a classifier of MNIST or CIFAR-10.
class AdversarialAttack {
 public:
  static ProblemInfo info();
  /// Reads all files.  Throws zeroth::Error with file, what is wrong and what to do.
  explicit AdversarialAttack(const Values& values);
  AdversarialAttack(const AdversarialAttack&) = delete;  // its instances refer to it
  AdversarialAttack& operator=(const AdversarialAttack&) = delete;

  std::uint64_t instance_count(Split split) const { return images_of(split).size(); }
  std::unique_ptr<Attack> open(Split split, std::uint64_t index) const;

  /// The attack on any image of the file: position < image_count().
  std::unique_ptr<Attack> open_image(std::size_t position) const;
  std::size_t image_count() const { return images_.count(); }
  std::size_t label_of(std::size_t position) const { return images_.labels[position]; }

 private:
  const std::vector<std::size_t>& images_of(Split split) const {
    return split == Split::train ? split_.train : split_.test;
  }

  std::unique_ptr<Target> target_;
  Images images_;
  ImageSplit split_;
};

}  // namespace zeroth::attack
