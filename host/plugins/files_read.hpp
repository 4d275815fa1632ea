// What plugins say that they read: zeroth_files_1.
#pragma once

#include <string>
#include <vector>

namespace zeroth::host {

/// Collects the paths that are said in this thread while it lives, but not those said while a later
/// one lives.
class FilesRead {
 public:
  FilesRead() : outer_(current_) { current_ = this; }
  ~FilesRead() { current_ = outer_; }
  FilesRead(const FilesRead&) = delete;
  FilesRead& operator=(const FilesRead&) = delete;

  const std::vector<std::string>& paths() const { return paths_; }

  /// zeroth_files_1.read.
  static void add(const char* path) noexcept {
    try {
      if (current_ != nullptr && path != nullptr) current_->paths_.emplace_back(path);
    } catch (...) {  // it is lost, but no exception enters a plugin
    }
  }

 private:
  std::vector<std::string> paths_;
  FilesRead* outer_;
  static inline thread_local FilesRead* current_ = nullptr;
};

}  // namespace zeroth::host
