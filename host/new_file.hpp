// A file that appears whole or not at all.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace zeroth::host {

/// Written until finish() under a name beside it that no file has: two do not meet, and nothing of
/// the user's is taken for it.
class NewFile {
 public:
  /// Throws UserError, with the remedy `instead` ("name another folder with --csv"), where the path
  /// is a folder, is there already (unless overwrite) or cannot be written.
  NewFile(std::filesystem::path path, bool overwrite, const std::string& instead);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();
  std::ofstream& out() { return out_; }
  /// On disk when it returns.  Throws std::runtime_error when it could not be written; then what
  /// was there before is there still.
  void finish();

 private:
  std::filesystem::path path_, partial_;
  std::ofstream out_;
  bool finished_ = false;
};

}  // namespace zeroth::host
