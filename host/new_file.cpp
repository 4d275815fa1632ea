#include "new_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
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

// Of what is no file to write to; else empty.
std::string_view kind_of_other(fs::file_type type) {
  switch (type) {
    case fs::file_type::directory:
      return "a folder";
    case fs::file_type::block:
    case fs::file_type::character:
      return "a device";
    case fs::file_type::fifo:
      return "a FIFO";
    case fs::file_type::socket:
      return "a socket";
    default:
      return "";
  }
}

// Where the links end, there or not.
fs::path target_of(fs::path path) {
  std::error_code error;
  for (int links = 0; links < 40 && fs::is_symlink(path, error); ++links)
    path = path.parent_path() / fs::read_symlink(path, error);
  return path;
}

// Gives a file another name, if that is free.  False: errno says why not.
bool rename_to_free(const fs::path& from, const fs::path& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  // What the file system cannot do in one step.
  if (::link(from.c_str(), to.c_str()) == 0) return ::unlink(from.c_str()) == 0;
  if (errno == EEXIST) return false;
  if (::access(to.c_str(), F_OK) == 0) {
    errno = EEXIST;
    return false;
  }
  return std::rename(from.c_str(), to.c_str()) == 0;
}

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

fs::path absolute_path(const fs::path& path) {
  if (path.is_absolute()) return path;
  std::error_code error;
  const fs::path folder = fs::current_path(error);
  if (error) throw UserError("the current folder", "is gone", "cd to one that is there");
  return folder / path;
}

NewFile::NewFile(fs::path path, bool overwrite, const std::string& instead)
    : path_(std::move(path)), overwrite_(overwrite), instead_(instead) {
  std::error_code error;
  const fs::file_status status = fs::status(path_, error);
  if (const std::string_view kind = kind_of_other(status.type()); !kind.empty())
    throw UserError(path_.string(), fmt::format("is {}", kind), instead);
  if (is_database(path_))
    throw UserError(path_.string(), "is a file of results, which nothing is written over", instead);
  if (!overwrite && fs::exists(status)) refuse_present("is there already");
  target_ = target_of(absolute_path(path_));
  partial_ = create_beside(target_);
  if (partial_.empty()) throw UserError(path_.string(), std::strerror(errno), instead);
  out_.open(partial_, std::ios::binary);
}

void NewFile::refuse_present(const char* what) const {
  throw UserError(path_.string(), what, instead_ + ", or say --overwrite");
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
  if (overwrite_) {
    fs::rename(partial_, target_);
  } else if (!rename_to_free(partial_, target_)) {
    if (errno == EEXIST) refuse_present("has appeared meanwhile");
    throw std::system_error(errno, std::generic_category(), path_.string());
  }
  finished_ = true;
  // Not every file system can; the file is there in any case.
  sync(target_.parent_path());
}

}  // namespace zeroth::host
