// An SQLite file in memory, and by a name: SQLite puts a journal beside it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "fuzz.hpp"

namespace zeroth::fuzz {

/// One for all inputs; its folder goes with it.
class SqliteImage {
 public:
  SqliteImage() {
    std::string pattern = "/dev/shm/zeroth-fuzz-XXXXXX";
    require(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
  }
  ~SqliteImage() { std::filesystem::remove_all(folder_); }
  SqliteImage(const SqliteImage&) = delete;
  SqliteImage& operator=(const SqliteImage&) = delete;

  std::filesystem::path file() const { return folder_ / "image.zeroth"; }
  void set(std::string_view bytes) const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) remove(entry.path());
    std::ofstream(file(), std::ios::binary) << bytes;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace zeroth::fuzz
