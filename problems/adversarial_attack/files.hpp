// Which files a suite is made from: those that its parameters name, and the usual ones for the
// rest.
#pragma once

#include <zeroth/parameters.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace zeroth::attack {

struct Files {
  bool cifar10 = false;  // else MNIST
  std::vector<std::filesystem::path> images;
  std::filesystem::path labels;  // MNIST
  std::filesystem::path network;
  std::filesystem::path split;          // empty: to be drawn
  std::filesystem::path initial_point;  // empty: to be drawn
};

/// Names files by the parameters data_set, data, images, labels, network, models, split_file and
/// initial_point; README.md says how.  They need not exist.  Throws zeroth::Error if a data folder
/// is needed and there is none, if a folder of images is empty, or for labels beside CIFAR-10.
Files choose_files(const Values& values);

/// The command that fetches the data set, for messages.
std::string fetch_command(const Values& values);

}  // namespace zeroth::attack
