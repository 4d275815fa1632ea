// The suite on small files of its own making: no real data is needed.
#include <zeroth/error.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "adversarial_attack/adversarial_attack.hpp"
#include "adversarial_attack/data_folder.hpp"
#include "support/catch.hpp"
#include "support/problem_suite.hpp"
#include "support/safetensors_bytes.hpp"
#include "support/temporary_folder.hpp"

using zeroth::Split;
using zeroth::attack::AdversarialAttack;
using zeroth::test::Overrides;
using zeroth::test::suite_of;

namespace {

std::string text(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

std::string idx(const std::vector<std::uint8_t>& dimensions, std::size_t values, char value) {
  std::string bytes{0, 0, 8, static_cast<char>(dimensions.size())};
  for (const std::uint8_t d : dimensions) bytes += {0, 0, 0, static_cast<char>(d)};
  return bytes + std::string(values, value);
}

const std::vector<zeroth::test::ZeroTensor> mnist_tensors{
    {"conv1.weight", {20, 1, 5, 5}},  {"conv1.bias", {20}},
    {"conv2.weight", {50, 20, 5, 5}}, {"conv2.bias", {50}},
    {"fc1.weight", {500, 800}},       {"fc1.bias", {500}},
    {"fc2.weight", {10, 500}},        {"fc2.bias", {10}}};

/// A data folder with three images whose network has only zeros.
class SmallData {
 public:
  SmallData() {
    std::filesystem::create_directories(folder_ / "mnist");
    std::filesystem::create_directories(folder_ / "mnist-attack");
    write("mnist/t10k-images-idx3-ubyte", idx({3, 28, 28}, 3 * 784, 51));
    write("mnist/t10k-labels-idx1-ubyte", idx({3}, 3, 7));
    write("mnist-attack/target.safetensors", text(zero_safetensors(mnist_tensors)));
    write("mnist-attack/initial-perturbation.safetensors",
          text(zeroth::test::zero_safetensors({{"w0", {784}}})));
    write("mnist-attack/split.json", R"({"train": [2], "test": [1, 0]})");
  }
  void write(const std::string& name, const std::string& content) { folder_.write(name, content); }
  void remove(const std::string& name) { std::filesystem::remove(folder_ / name); }
  std::string path(const std::string& name = "") const { return (folder_ / name).string(); }
  std::unique_ptr<AdversarialAttack> suite(Overrides overrides = {}) const {
    overrides["data"] = folder_.path().string();
    return suite_of<AdversarialAttack>(overrides);
  }
  void check_refused(const std::string& file, const std::string& why, const std::string& remedy) {
    CHECK_THROWS_WITH(suite(), ContainsSubstring(path(file) + ": ") && ContainsSubstring(why) &&
                                   ContainsSubstring(remedy));
  }

 private:
  zeroth::test::TemporaryFolder folder_;
};

/// Sets an environment variable for its scope.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    setenv(name, value.c_str(), 1);
  }
  ~Environment() { old_.empty() ? unsetenv(name_) : setenv(name_, old_.c_str(), 1); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::string old_;
};

}  // namespace

TEST_CASE("the instances of a split are its images in order", "[suite]") {
  const SmallData data;
  const auto suite = data.suite();
  CHECK(suite->instance_count(Split::train) == 1);
  CHECK(suite->instance_count(Split::test) == 2);
  CHECK(suite->open(Split::test, 0)->label() == "1");
  CHECK(suite->open(Split::test, 1)->label() == "0");
  CHECK(suite->open(Split::train, 0)->label() == "2");
}

TEST_CASE("where images and labels are named, no data folder is needed", "[suite]") {
  SmallData data;
  data.write("mnist.safetensors", text(zero_safetensors(mnist_tensors)));
  const Environment unset("ZEROTH_DATA", "");
  const Environment xdg("XDG_DATA_HOME", data.path("nowhere"));
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(data.path());
  const auto suite =
      suite_of<AdversarialAttack>({{"images", data.path("mnist/t10k-images-idx3-ubyte")},
                                   {"labels", data.path("mnist/t10k-labels-idx1-ubyte")},
                                   {"models", data.path()},
                                   {"split_file", data.path("mnist-attack/split.json")}});
  std::filesystem::current_path(before);
  CHECK(suite->instance_count(Split::test) == 2);
}

TEST_CASE("where all classes are equal the attack has succeeded and the loss is the distance",
          "[suite]") {
  const SmallData data;
  const std::vector<double> w(784, 0.25);
  double values[5];
  const auto suite = data.suite({{"norm", std::string("l2")}, {"c", 2.0}});
  const auto l2 = suite->open(Split::test, 0);
  const double loss = zeroth::test::value_at(*l2, w);
  CHECK(loss == Approx(2.0 * 784 * 0.0625));
  CHECK(l2->succeeded(w, loss));
  l2->measure(w, values);
  CHECK(values[0] == 1);
  CHECK(values[1] != 7);
  CHECK(values[2] == Approx(196));
  CHECK(values[3] == Approx(7));
  CHECK(values[4] == Approx(0.25));
}

TEST_CASE("a point is drawn as the original, the attacked image and what lies between", "[suite]") {
  const SmallData data;
  const auto suite = data.suite();
  const auto attack = suite->open(Split::test, 0);
  REQUIRE(attack->pictures().size() == 3);
  const zeroth::PictureShape shape = attack->picture_shape();
  CHECK(shape.channels == 1);
  CHECK(shape.height == 28);
  CHECK(shape.width == 28);
  std::vector<double> w(784, 0.25), pictures(3 * 784);
  w[1] = -0.5;  // to the edge of the box and beyond
  attack->draw(w, pictures);
  CHECK(pictures[0] == 0.2);
  CHECK(pictures[784] == Approx(0.45));
  CHECK(pictures[2 * 784] == Approx(0.25));
  CHECK(pictures[1] == 0.2);
  CHECK(pictures[785] == 0);
  CHECK(pictures[2 * 784 + 1] == Approx(-0.2));
}

TEST_CASE("a missing file is named with the parameter that replaces it", "[suite]") {
  const char* files[][2] = {{"mnist/t10k-images-idx3-ubyte", "images"},
                            {"mnist/t10k-labels-idx1-ubyte", "labels"},
                            {"mnist-attack/target.safetensors", "network"},
                            {"mnist-attack/split.json", "split_file"},
                            {"mnist-attack/initial-perturbation.safetensors", "initial_point"}};
  for (const auto& [file, parameter] : files) {
    SmallData data;
    data.remove(file);
    data.check_refused(file, "there is no such file",
                       std::string("set the parameter ") + parameter);
    std::filesystem::create_directory(data.path(file));
    data.check_refused(file, "not a regular file", std::string("set the parameter ") + parameter);
  }
}

TEST_CASE("what is missing of a data set can be fetched, what was named cannot", "[suite]") {
  SmallData data;
  data.remove("mnist/t10k-labels-idx1-ubyte");
  data.check_refused("mnist/t10k-labels-idx1-ubyte",
                     "fetch it with `cmake -DDATA=", "share/data/fetch.cmake mnist`");
  std::filesystem::create_directories(data.path("data"));
  data.write("data/fetch.cmake", "");  // beside the models, as it is installed
  CHECK_THROWS_WITH(
      data.suite({{"data_set", std::string("cifar10")}, {"models", data.path("models")}}),
      ContainsSubstring(" -P " + data.path("data/fetch.cmake") + " cifar10`"));
  CHECK_THROWS_WITH(
      data.suite({{"labels", std::string("/none")}}),
      ContainsSubstring("/none: there is no such file") && !ContainsSubstring("fetch"));
}

TEST_CASE("files that do not belong together are refused", "[suite]") {
  SmallData data;
  SECTION("images of another size") {
    data.write("mnist/t10k-images-idx3-ubyte", idx({3, 27, 28}, 3 * 27 * 28, 0));
    data.check_refused("mnist/t10k-images-idx3-ubyte", "takes images of 1 x 28 x 28",
                       "parameter images");
  }
  SECTION("fewer labels than images") {
    data.write("mnist/t10k-labels-idx1-ubyte", idx({2}, 2, 7));
    data.check_refused("mnist/t10k-labels-idx1-ubyte", "holds 2 labels", "parameters images and");
  }
  SECTION("a label that is no class") {
    data.write("mnist/t10k-labels-idx1-ubyte", idx({3}, 3, 10));
    data.check_refused("mnist/t10k-labels-idx1-ubyte", "the label 10", "parameter labels");
  }
  SECTION("a network without a layer") {
    auto tensors = mnist_tensors;
    tensors.erase(tensors.begin());
    data.write("mnist-attack/target.safetensors", text(zero_safetensors(tensors)));
    data.check_refused("mnist-attack/target.safetensors", "missing tensor conv1.weight",
                       "name another");
  }
  SECTION("a network of another shape") {
    auto tensors = mnist_tensors;
    tensors[4].shape = {500, 801};
    data.write("mnist-attack/target.safetensors", text(zero_safetensors(tensors)));
    data.check_refused("mnist-attack/target.safetensors",
                       "tensor fc1.weight has shape [500,801], expected [500,800]", "name another");
  }
  SECTION("an initial point of another dimension") {
    data.write("mnist-attack/initial-perturbation.safetensors",
               text(zeroth::test::zero_safetensors({{"w0", {783}}})));
    data.check_refused("mnist-attack/initial-perturbation.safetensors", "expected [784]",
                       "name another");
  }
}

TEST_CASE("a network in the folder of models stands in for the official one", "[suite]") {
  SmallData data;
  data.remove("mnist-attack/target.safetensors");
  std::filesystem::create_directories(data.path("models"));
  const Overrides models{{"models", data.path("models")}};
  CHECK_THROWS_WITH(data.suite(models), ContainsSubstring("mnist-attack/target.safetensors: "));
  data.write("models/mnist.safetensors", text(zero_safetensors(mnist_tensors)));
  // A network of zeros is right about no image: nothing to draw.
  CHECK(data.suite(models)->instance_count(Split::test) == 0);
  data.write("models/mnist.split.json", R"({"train": [], "test": [2]})");
  const auto suite = data.suite(models);
  REQUIRE(suite->instance_count(Split::test) == 1);
  const auto attack = suite->open(Split::test, 0);
  CHECK(attack->label() == "2");
  const auto w = zeroth::test::start_of(*attack, 1);
  CHECK(w == zeroth::test::start_of(*attack, 2));
  const double largest = *std::max_element(w.begin(), w.end());
  CHECK(largest > 1e-4);
  CHECK(largest < 6e-4);
}

namespace {

/// One linear layer whose class 1 has the larger bias: right about all images with the label 1.
std::string says_one(const std::string& input, std::size_t size) {
  auto bytes = zeroth::test::zero_safetensors(
      {{"fc.weight", {2, size}}, {"fc.bias", {2}}},
      R"({"zeroth.network": "{\"input\": )" + input +
          R"(, \"layers\": [{\"kind\": \"linear\", \"name\": \"fc\", \"outputs\": 2}]}"})");
  bytes[bytes.size() - 1] = 0x3f;  // the last float: 1
  bytes[bytes.size() - 2] = 0x80;
  return text(bytes);
}

/// `count` images of CIFAR-10 with labels 0, 1, 0, 1, ...
std::string cifar10(std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) {
    bytes += static_cast<char>(i % 2);
    bytes += std::string(3072, static_cast<char>(100 + i % 50));
  }
  return bytes;
}

}  // namespace

TEST_CASE("CIFAR-10 is attacked in images that the network is right about", "[suite]") {
  SmallData data;
  std::filesystem::create_directories(data.path("cifar10"));
  std::filesystem::create_directories(data.path("models"));
  data.write("cifar10/test_batch.first1017.bin", cifar10(30));
  data.write("models/cifar10.safetensors", says_one("[3, 32, 32]", 3072));
  const Overrides overrides{{"data_set", std::string("cifar10")}, {"models", data.path("models")}};
  const auto suite = data.suite(overrides);
  CHECK(suite->image_count() == 30);
  REQUIRE(suite->instance_count(Split::train) == 7);
  REQUIRE(suite->instance_count(Split::test) == 8);
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < 15; ++i) {
    const auto attack = i < 7 ? suite->open(Split::train, i) : suite->open(Split::test, i - 7);
    labels.push_back(attack->label());
    CHECK(std::stoi(labels.back()) % 2 == 1);
    CHECK(attack->dimension() == 3072);
    CHECK(zeroth::test::value_at(*attack, std::vector<double>(3072, 0.0)) == 1.0);
  }
  std::sort(labels.begin(), labels.end());
  CHECK(std::unique(labels.begin(), labels.end()) == labels.end());

  SECTION("several files are one after the other, by name") {
    std::filesystem::create_directories(data.path("batches"));
    data.write("batches/data_batch_1.bin", cifar10(2));
    data.write("batches/test_batch.bin", cifar10(5));
    data.write("batches/readme.html", "");
    Overrides folder = overrides;
    folder["images"] = data.path("batches");
    CHECK(data.suite(folder)->image_count() == 7);
    folder["images"] = data.path("models");
    CHECK_THROWS_WITH(data.suite(folder), ContainsSubstring("models: there is no .bin file") &&
                                              ContainsSubstring("set the parameter images"));
  }
  SECTION("labels of their own are refused") {
    Overrides labelled = overrides;
    labelled["labels"] = std::string("l");
    CHECK_THROWS_WITH(data.suite(labelled), ContainsSubstring("leave the parameter labels empty"));
  }
  SECTION("a network of another data set is refused") {
    data.write("models/cifar10.safetensors", says_one("[1, 28, 28]", 784));
    CHECK_THROWS_WITH(data.suite(overrides),
                      ContainsSubstring("holds images of 3 x 32 x 32, but the network") &&
                          ContainsSubstring("takes images of 1 x 28 x 28"));
  }
  SECTION("a network that does not describe its layers is refused") {
    data.write("models/cifar10.safetensors", text(zero_safetensors(mnist_tensors)));
    CHECK_THROWS_WITH(data.suite(overrides),
                      ContainsSubstring("cifar10.safetensors: does not describe its layers") &&
                          ContainsSubstring("README.md"));
  }
}

TEST_CASE("a split that is not two lists of positions is refused", "[suite]") {
  for (const char* split : {"", "[]", "{\"train\": []}", "{\"train\": [], \"test\": 3}",
                            "{\"train\": [], \"test\": [3]}", "{\"train\": [-1], \"test\": []}",
                            "{\"train\": [1.5], \"test\": []}"}) {
    SmallData data;
    data.write("mnist-attack/split.json", split);
    CAPTURE(split);
    data.check_refused("mnist-attack/split.json", "",
                       "the parameter split_file wants a JSON object");
  }
}

TEST_CASE("without data every place looked at is named", "[suite]") {
  const zeroth::test::TemporaryFolder empty;
  const Environment unset("ZEROTH_DATA", "");
  const Environment xdg("XDG_DATA_HOME", empty.path().string());
  const auto before = std::filesystem::current_path();
  std::filesystem::create_directory(empty / "here");
  std::filesystem::current_path(empty / "here");
  CHECK_THROWS_WITH(zeroth::attack::data_folder("", "fetch it"),
                    ContainsSubstring("$ZEROTH_DATA (not set)") &&
                        ContainsSubstring((empty / "shared/data").string()) &&
                        ContainsSubstring((empty / "zeroth/data").string()) &&
                        ContainsSubstring("`fetch it`") &&
                        ContainsSubstring("set the parameter data"));
  std::filesystem::create_directories(empty / "zeroth/data");
  CHECK(zeroth::attack::data_folder("", "fetch it") == empty / "zeroth/data");
  std::filesystem::create_directories(empty / "shared/data");
  CHECK(zeroth::attack::data_folder("", "fetch it") == "../shared/data");
  const Environment set("ZEROTH_DATA", (empty / "none").string());  // what is said counts
  CHECK_THROWS_WITH(zeroth::attack::data_folder("", "fetch it"),
                    ContainsSubstring("$ZEROTH_DATA: " + (empty / "none").string() +
                                      ": there is no such folder"));
  std::filesystem::create_directories(empty / "none");
  CHECK(zeroth::attack::data_folder("", "fetch it") == empty / "none");
  std::filesystem::current_path(before);
  CHECK_THROWS_WITH(zeroth::attack::data_folder("/no/such/folder", "fetch it"),
                    ContainsSubstring("/no/such/folder: there is no such folder"));
}
