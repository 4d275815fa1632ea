#include "report/new_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "user_error.hpp"

namespace zeroth::host {
namespace fs = std::filesystem;

NewFile::NewFile(fs::path path, bool overwrite, const std::string& instead)
    : path_(std::move(path)), partial_(fmt::format("{}.{}.partial", path_.string(), getpid())) {
  std::error_code error;
  if (fs::is_directory(path_, error)) throw UserError(path_.string(), "is a folder", instead);
  if (!overwrite && fs::exists(path_, error)) {
    throw UserError(path_.string(), "is there already", instead + ", or say --overwrite");
  }
  out_.open(partial_, std::ios::binary | std::ios::trunc);
  if (!out_) throw UserError(path_.string(), std::strerror(errno), instead);
}

NewFile::~NewFile() {
  std::error_code ignored;
  if (!finished_) fs::remove(partial_, ignored);
}

void NewFile::finish() {
  out_.close();
  if (!out_) throw std::runtime_error(partial_.string() + ": " + std::strerror(errno));
  fs::rename(partial_, path_);
  finished_ = true;
}

}  // namespace zeroth::host
