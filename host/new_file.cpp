#include "new_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "user_error.hpp"

namespace zeroth::host {
namespace fs = std::filesystem;
namespace {

// Creates a file beside the path, under a name of its own.  Empty: errno says why not.
fs::path create_beside(const fs::path& path) {
  for (int n = 0;; ++n) {
    fs::path partial = fmt::format("{}.{}-{}.partial", path.string(), getpid(), n);
    const int descriptor = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) {
      ::close(descriptor);
      return partial;
    }
    if (errno != EEXIST) return {};
  }
}

// Source: https://www.sqlite.org/fileformat.html, the first 16 bytes.
bool is_database(const fs::path& path) {
  std::array<char, 16> start{};
  std::ifstream(path, std::ios::binary).read(start.data(), start.size());
  return std::string_view(start.data(), 15) == "SQLite format 3";
}

// Whether what was written to the file, or the names of the folder, are on disk.
bool sync(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = ::fsync(descriptor) == 0;
  const int why = errno;
  ::close(descriptor);
  errno = why;
  return synced;
}

}  // namespace

NewFile::NewFile(fs::path path, bool overwrite, const std::string& instead)
    : path_(std::move(path)) {
  std::error_code error;
  if (fs::is_directory(path_, error)) throw UserError(path_.string(), "is a folder", instead);
  if (is_database(path_))
    throw UserError(path_.string(), "is a file of results, which nothing is written over", instead);
  if (!overwrite && fs::exists(path_, error)) {
    throw UserError(path_.string(), "is there already", instead + ", or say --overwrite");
  }
  partial_ = create_beside(path_);
  if (partial_.empty()) throw UserError(path_.string(), std::strerror(errno), instead);
  out_.open(partial_, std::ios::binary);
}

NewFile::~NewFile() {
  std::error_code ignored;
  if (!finished_) fs::remove(partial_, ignored);
}

void NewFile::finish() {
  out_.close();
  if (!out_ || !sync(partial_)) {
    throw std::runtime_error(
        fmt::format("{}: cannot be written: {}", path_.string(), std::strerror(errno)));
  }
  fs::rename(partial_, path_);
  finished_ = true;
  // Not every file system can; the file is there in any case.
  sync(path_.has_parent_path() ? path_.parent_path() : ".");
}

}  // namespace zeroth::host
