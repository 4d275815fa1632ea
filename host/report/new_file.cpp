#include "report/new_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include "user_error.hpp"

namespace zeroth::host {
namespace fs = std::filesystem;

NewFile::NewFile(fs::path path, bool overwrite, const std::string& instead)
    : path_(std::move(path)) {
  std::error_code error;
  if (fs::is_directory(path_, error)) throw UserError(path_.string(), "is a folder", instead);
  if (!overwrite && fs::exists(path_, error)) {
    throw UserError(path_.string(), "is there already", instead + ", or say --overwrite");
  }
  constexpr std::string_view ending = ".partial";
  std::string name = path_.string() + ".XXXXXX";
  name += ending;
  const int file = mkstemps(name.data(), static_cast<int>(ending.size()));
  if (file < 0) throw UserError(path_.string(), std::strerror(errno), instead);
  const mode_t mask = umask(0);  // mkstemps makes it ours alone
  umask(mask);
  fchmod(file, 0666 & ~mask);
  close(file);
  partial_ = name;
  out_.open(partial_, std::ios::binary | std::ios::trunc);
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
