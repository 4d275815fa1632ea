#include "adversarial_attack/files.hpp"

#include <zeroth/error.hpp>

#include <algorithm>
#include <optional>
#include <string>

#include "adversarial_attack/data_folder.hpp"

namespace zeroth::attack {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// `first`, unless only `second` exists.
fs::path first_that_exists(const fs::path& first, const fs::path& second) {
  return !is_there(first) && is_there(second) ? second : first;
}

std::string for_a_shell(const std::string& path) {
  return path.find_first_of(" '\"$&;()*?\\") == std::string::npos ? path : "'" + path + "'";
}

/// The .bin files of a folder by name; a file is itself.
std::vector<fs::path> binary_files(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    if (entry.path().extension() == ".bin") files.push_back(entry.path());
  }
  if (files.empty()) {
    throw Error(path.string() +
                ": there is no .bin file in this folder; set the parameter images " +
                "to the files of CIFAR-10, binary version");
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::string fetch_command(const Values& values) {
  const fs::path script = fs::path(values.text("models")).parent_path() / "data/fetch.cmake";
  const std::string data = values.text("data");
  return "cmake " + (data.empty() ? "" : "-DDATA=" + for_a_shell(data) + " ") + "-P " +
         (is_there(script) ? for_a_shell(script.string()) : "share/data/fetch.cmake") + " " +
         values.text("data_set");
}

Files choose_files(const Values& values) {
  Files files;
  files.cifar10 = values.text("data_set") == "cifar10";

  std::optional<fs::path> found;  // looked for only if a file is taken from it
  const auto in_data = [&](const char* name) {
    if (!found) found = data_folder(values.text("data"), fetch_command(values));
    return *found / name;
  };
  const auto named = [&](const char* parameter) { return fs::path(values.text(parameter)); };
  const auto plain_or_gzip = [&](const char* parameter, const std::string& usual) {
    if (!named(parameter).empty()) return named(parameter);
    return first_that_exists(in_data(usual.c_str()), in_data((usual + ".gz").c_str()));
  };

  if (files.cifar10) {
    if (!named("labels").empty()) {
      throw Error("the images of CIFAR-10 bring their labels; leave the parameter labels empty");
    }
    files.images = binary_files(
        !named("images").empty() ? named("images")
                                 : first_that_exists(in_data("cifar10/test_batch.bin"),
                                                     in_data("cifar10/test_batch.first1017.bin")));
  } else {
    files.images = {plain_or_gzip("images", "mnist/t10k-images-idx3-ubyte")};
    files.labels = plain_or_gzip("labels", "mnist/t10k-labels-idx1-ubyte");
  }

  files.network = named("network");
  const fs::path shipped =
      named("models") / (files.cifar10 ? "cifar10.safetensors" : "mnist.safetensors");
  if (files.network.empty() && files.cifar10) {
    files.network = shipped;
  } else if (files.network.empty()) {
    if (!found) found = find_data_folder(values.text("data"), fetch_command(values));
    const fs::path official = found ? *found / "mnist-attack/target.safetensors" : fs::path();
    files.network = first_that_exists(official, shipped);
    if (files.network == official) {
      files.split = in_data("mnist-attack/split.json");
      files.initial_point = in_data("mnist-attack/initial-perturbation.safetensors");
    }
  }
  if (files.split.empty()) {
    const fs::path beside = fs::path(files.network).replace_extension(".split.json");
    if (is_there(beside)) files.split = beside;
  }
  if (!named("split_file").empty()) files.split = named("split_file");
  if (!named("initial_point").empty()) files.initial_point = named("initial_point");
  return files;
}

}  // namespace zeroth::attack
