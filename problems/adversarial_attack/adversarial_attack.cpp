#include "adversarial_attack/adversarial_attack.hpp"

#include <zeroth/safetensors.hpp>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "adversarial_attack/data_folder.hpp"
#include "adversarial_attack/message.hpp"
#include "adversarial_attack/target_network.hpp"

namespace zeroth::attack {
namespace {

namespace fs = std::filesystem;

// Mean and deviation of the MNIST training pixels, as the official classifier was trained with.
constexpr double mnist_mean = 0.1307, mnist_deviation = 0.3081;

/// The files of one suite: each the one its parameter names, or the usual one in the data folder,
/// which need not exist if no file is taken from it.
class Files {
 public:
  explicit Files(const Values& values) : values_(values) {}

  fs::path path(const std::string& parameter, const std::string& usual) {
    const std::string named = values_.text(parameter);
    if (!named.empty()) return named;
    if (!folder_) folder_ = data_folder(values_.text("data"));
    return plain_or_gzip(*folder_, usual);
  }

 private:
  const Values& values_;
  std::optional<fs::path> folder_;
};

Safetensors read_safetensors(const fs::path& path, const std::string& what,
                             const std::string& parameter) {
  return Safetensors(read_file(path, what, parameter), path.string());
}

}  // namespace

ImageSplit parse_split(Bytes bytes, std::size_t images, const std::string& file) {
  const auto fail = [&](const std::string& what) {
    return Error(
        file + ": " + what +
        "; the parameter split_file wants a JSON object {\"train\": [...], \"test\": [...]} of "
        "positions in the image file");
  };
  const auto json = nlohmann::json::parse(bytes.begin(), bytes.end(), nullptr, false);
  if (!json.is_object()) throw fail("this is not a JSON object");
  const auto list = [&](const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_array()) {
      throw fail("there is no list " + std::string(key));
    }
    std::vector<std::size_t> positions;
    for (const auto& value : *found) {
      if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= images) {
        throw fail("entry " + std::to_string(positions.size()) + " of " + key +
                   " is not a whole number from 0 to " + std::to_string(images - 1));
      }
      positions.push_back(value.get<std::size_t>());
    }
    return positions;
  };
  return {list("train"), list("test")};
}

ProblemInfo AdversarialAttack::info() {
  return {
      .id = "adversarial-attack",
      .name = "Adversarial attack",
      .version = "1.0.0",
      .doc = "The smallest change of an image that a classifier takes for something else, MNIST.",
      .reference = "Ruan et al., Learning to Learn by Zeroth-Order Oracle, ICLR 2020, section 4.1",
      .parameters = {
          path("data", "",
               "folder that holds mnist/ and mnist-attack/; empty: $ZEROTH_DATA, ../shared/data or "
               "$XDG_DATA_HOME/zeroth/data"),
          path("images", "", "IDX file of the images; empty: mnist/t10k-images-idx3-ubyte[.gz]"),
          path("labels", "", "IDX file of the labels; empty: mnist/t10k-labels-idx1-ubyte[.gz]"),
          path("network", "", "weights of the classifier; empty: mnist-attack/target.safetensors"),
          path("split_file", "", "image order of the splits; empty: mnist-attack/split.json"),
          path("initial_point", "",
               "tensor w0; empty: mnist-attack/initial-perturbation.safetensors"),
          real("c", 0.1, non_negative, "weight of the distance in the loss"),
          choice("norm", {"l1", "l2"}, "the distance: l1 norm, or squared l2 norm"),
          choice("precision", {"float64", "float32"}, "of the network in evaluations")}};
}

AdversarialAttack::AdversarialAttack(const Values& values) {
  Files files(values);
  const fs::path images = files.path("images", "mnist/t10k-images-idx3-ubyte");
  images_ = parse_idx(read_file(images, "the images (IDX)", "images"), 3, images.string());
  const fs::path labels = files.path("labels", "mnist/t10k-labels-idx1-ubyte");
  labels_ = parse_idx(read_file(labels, "the labels (IDX)", "labels"), 1, labels.string());

  const NetworkDescription& description = mnist_network();
  const Shape shape = description.input;
  if (images_.dimensions[1] != shape.height || images_.dimensions[2] != shape.width) {
    throw Error(images.string() + ": holds " + joined(images_.dimensions, " x ") +
                " pixels, but the network takes images of " + std::to_string(shape.height) + " x " +
                std::to_string(shape.width) + "; set the parameter images to the MNIST images");
  }
  if (images_.dimensions[0] != labels_.dimensions[0]) {
    throw Error(labels.string() + ": holds " + joined(labels_.dimensions, " x ") + " labels, but " +
                images.string() + " holds " + std::to_string(images_.dimensions[0]) +
                " images; set the parameters images and labels to files of one data set");
  }

  const fs::path weights_file = files.path("network", "mnist-attack/target.safetensors");
  const Safetensors weights =
      read_safetensors(weights_file, "the classifier (safetensors)", "network");
  auto target = std::make_unique<Target>(
      Target{.network = build<double>(description, weights), .fast = {}, .initial_point = {}});
  if (values.text("precision") == "float32") target->fast = build<float>(description, weights);
  target->mean = mnist_mean;
  target->deviation = mnist_deviation;
  target->c = values.real("c");
  target->norm = values.text("norm") == "l1" ? Norm::l1 : Norm::l2;

  const std::size_t classes = target->network.outputs();
  const auto largest = *std::max_element(labels_.values.begin(), labels_.values.end());
  if (largest >= classes) {
    throw Error(labels.string() + ": holds the label " + std::to_string(largest) +
                ", but the network knows the classes 0 to " + std::to_string(classes - 1) +
                "; set the parameter labels to the labels of its images");
  }

  const fs::path split = files.path("split_file", "mnist-attack/split.json");
  split_ = parse_split(read_file(split, "the image order (JSON)", "split_file"), image_count(),
                       split.string());
  const fs::path initial =
      files.path("initial_point", "mnist-attack/initial-perturbation.safetensors");
  target->initial_point =
      read_safetensors(initial, "the initial perturbation (safetensors)", "initial_point")
          .values("w0", {target->network.inputs()});
  target_ = std::move(target);
}

std::unique_ptr<Attack> AdversarialAttack::open(Split split, std::uint64_t index) const {
  return open_image(images_of(split)[index]);
}

std::unique_ptr<Attack> AdversarialAttack::open_image(std::size_t position) const {
  const std::size_t size = target_->network.inputs();
  const std::uint8_t* bytes = images_.values.data() + position * size;
  std::vector<double> pixels(size);
  std::transform(bytes, bytes + size, pixels.begin(), [](std::uint8_t b) { return b / 255.0; });
  return std::make_unique<Attack>(*target_, std::move(pixels), label_of(position),
                                  std::to_string(position));
}

}  // namespace zeroth::attack
