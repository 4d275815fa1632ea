// A file that appears whole or not at all.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace zeroth::host {

/// As std::filesystem::absolute.  Throws UserError where the current folder is gone.
std::filesystem::path absolute_path(const std::filesystem::path& path);

/// Written until finish() under a name beside it that no file has: two do not meet, and nothing of
/// the user's is taken for it.  Of a symbolic link it is the target, there or not.
class NewFile {
 public:
  /// Throws UserError, with the remedy `instead` ("name another folder with --csv"), where the path
  /// is no regular file, is there already (unless overwrite) or cannot be written.
  NewFile(std::filesystem::path path, bool overwrite, const std::string& instead);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();
  std::ofstream& out() { return out_; }
  /// On disk when it returns.  Throws std::runtime_error when it could not be written, or has
  /// appeared meanwhile (unless overwrite); then what was there is there still.
  void finish();

 private:
  [[noreturn]] void refuse_present(const char* what) const;
  std::filesystem::path path_;  // as it was named
  std::filesystem::path target_, partial_;
  bool overwrite_;
  std::string instead_;
  std::ofstream out_;
  bool finished_ = false;
};

}  // namespace zeroth::host
