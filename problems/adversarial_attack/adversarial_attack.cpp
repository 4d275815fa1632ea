#include "adversarial_attack/adversarial_attack.hpp"

#include <zeroth/random.hpp>
#include <zeroth/safetensors.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "adversarial_attack/files.hpp"
#include "adversarial_attack/message.hpp"
#include "adversarial_attack/target_network.hpp"

namespace zeroth::attack {
namespace {

namespace fs = std::filesystem;

Images read_images(const Files& files, const Values& values) {
  const auto read = [&](const fs::path& file, std::string what, const char* parameter) {
    if (values.text(parameter).empty()) {  // one of a data set that can be had
      what += ", or fetch it with `" + fetch_command(values) + "`";
    }
    return read_file(file, what, parameter);
  };
  if (!files.cifar10) {
    const fs::path& images = files.images.front();
    return parse_mnist(read(images, "the images (IDX)", "images"), images.string(),
                       read(files.labels, "the labels (IDX)", "labels"), files.labels.string());
  }
  Images images;
  for (const fs::path& file : files.images) {
    parse_cifar10(read(file, "the images (CIFAR-10, binary version)", "images"), file.string(),
                  images);
  }
  return images;
}

Safetensors read_safetensors(const fs::path& path, const std::string& what,
                             const std::string& parameter) {
  return Safetensors(read_file(path, what, parameter), path.string());
}

NetworkDescription describe(const Safetensors& weights, const Files& files) {
  if (auto description = description_in(weights, files.network.string())) return *description;
  if (!files.cifar10) return official_mnist_network();
  throw Error(files.network.string() + ": does not describe its layers; write it again with the " +
              "description in its metadata under " + description_key +
              ", as problems/adversarial_attack/README.md says");
}

void check_fit(const NetworkDescription& network, std::size_t classes, const Images& images,
               const Files& files) {
  const std::string images_file = files.images.front().string();
  const auto text = [](Shape s) {
    return joined(std::vector{s.channels, s.height, s.width}, " x ");
  };
  if (text(images.shape) != text(network.input)) {
    throw Error(images_file + ": holds images of " + text(images.shape) + ", but the network " +
                files.network.string() + " takes images of " + text(network.input) +
                "; set the parameter images or the parameter network to one that fits");
  }
  const auto largest = *std::max_element(images.labels.begin(), images.labels.end());
  if (largest >= classes) {
    throw Error((files.cifar10 ? images_file : files.labels.string()) + ": holds the label " +
                std::to_string(largest) + ", but the network knows the classes 0 to " +
                std::to_string(classes - 1) +
                "; set the parameter labels to the labels of its images, or network to another");
  }
}

/// As the official start: normal with deviation 1e-4, the same for all attacks.
std::vector<double> draw_initial_point(std::size_t dimension) {
  std::vector<double> w(dimension);
  Random(1234).normals(w);
  for (double& value : w) value *= 1e-4;
  return w;
}

}  // namespace

ProblemInfo AdversarialAttack::info() {
  return {
      .id = "adversarial-attack",
      .name = "Adversarial attack",
      .version = "1.0.0",
      .doc =
          "The smallest change of an image that a classifier takes for something else, MNIST or "
          "CIFAR-10.",
      .reference = "Ruan et al., Learning to Learn by Zeroth-Order Oracle, ICLR 2020, section 4.1",
      .parameters = {
          choice("data_set", {"mnist", "cifar10"}, "what the images are, and their format"),
          path("data", "",
               "folder that holds mnist/, mnist-attack/ and cifar10/; empty: $ZEROTH_DATA, "
               "../shared/data or $XDG_DATA_HOME/zeroth/data"),
          path("images", "",
               "IDX file, or file or folder of CIFAR-10, binary version; empty: the test images, "
               "mnist/t10k-images-idx3-ubyte[.gz] or cifar10/test_batch.bin"),
          path("labels", "", "IDX file, MNIST; empty: mnist/t10k-labels-idx1-ubyte[.gz]"),
          path("network", "",
               "classifier (safetensors); empty: mnist-attack/target.safetensors where the data "
               "has it, else the one in models"),
          path("models", "models", "folder of mnist.safetensors and cifar10.safetensors: shipped"),
          path("split_file", "",
               "image order of the splits; empty: mnist-attack/split.json for its network, else "
               "<network>.split.json beside the network, else 100 + 100 images drawn"),
          path("initial_point", "",
               "tensor w0; empty: mnist-attack/initial-perturbation.safetensors for its network, "
               "else drawn"),
          real("c", 0.1, non_negative, "weight of the distance in the loss"),
          choice("norm", {"l1", "l2"}, "the distance: l1 norm, or squared l2 norm"),
          choice("precision", {"float64", "float32"}, "of the network in evaluations"),
          integer("resolution", 0, 0, 4096,
                  "side of the square perturbation, resized bilinearly to the image; 0: as the "
                  "image")}};
}

AdversarialAttack::AdversarialAttack(const Values& values) {
  const Files files = choose_files(values);
  images_ = read_images(files, values);
  const Safetensors weights =
      read_safetensors(files.network, "the classifier (safetensors)", "network");
  const std::string network_file = files.network.string();
  const NetworkDescription description = describe(weights, files);
  target_ =
      std::make_unique<Target>(Target{.network = build<double>(description, weights, network_file),
                                      .fast = {},
                                      .mean = description.mean,
                                      .deviation = description.deviation,
                                      .resize = {},
                                      .initial_point = {},
                                      .c = values.real("c"),
                                      .norm = values.text("norm") == "l1" ? Norm::l1 : Norm::l2});
  check_fit(description, target_->network.outputs(), images_, files);

  const Shape image = target_->network.input();
  if (files.split.empty()) {
    split_ = draw_split(image_count(), [&](std::size_t position) {
      const std::vector<double> unchanged(image.size(), 0.0);
      return !open_image(position)->is_fooled(unchanged);
    });
  } else {
    split_ = parse_split(read_file(files.split, "the image order (JSON)", "split_file"),
                         image_count(), files.split.string());
  }
  if (const std::int64_t side = values.integer("resolution"); side != 0)
    target_->resize.emplace(static_cast<std::size_t>(side), image);
  const std::size_t dimension = target_->resize ? target_->resize->inputs() : image.size();
  const bool given = !values.text("initial_point").empty();
  target_->initial_point =
      files.initial_point.empty() || (target_->resize && !given)
          ? draw_initial_point(dimension)
          : read_safetensors(files.initial_point, "the initial perturbation (safetensors)",
                             "initial_point")
                .values("w0", {dimension});
  if (values.text("precision") == "float32") {
    target_->fast = build<float>(description, weights, network_file);
  }
}

std::unique_ptr<Attack> AdversarialAttack::open(Split split, std::uint64_t index) const {
  return open_image(images_of(split)[index]);
}

std::unique_ptr<Attack> AdversarialAttack::open_image(std::size_t position) const {
  const std::size_t size = target_->network.inputs();
  const std::uint8_t* bytes = images_.pixels.data() + position * size;
  std::vector<double> pixels(size);
  std::transform(bytes, bytes + size, pixels.begin(), [](std::uint8_t b) { return b / 255.0; });
  return std::make_unique<Attack>(*target_, std::move(pixels), label_of(position),
                                  std::to_string(position));
}

}  // namespace zeroth::attack
