// A file in memory, for readers that want a path.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz.hpp"

namespace zeroth::fuzz {

class MemoryFile {
 public:
  MemoryFile() : file_(memfd_create("fuzz", MFD_CLOEXEC)) { require(file_ >= 0); }
  ~MemoryFile() { close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }
  void set(std::span<const std::uint8_t> bytes) const {
    require(ftruncate(file_, 0) == 0);
    require(pwrite(file_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  }

 private:
  int file_;
};

/// file, then `--set` texts, each after a zero byte.  read(path, overrides)
template <typename Read>
void read_with_overrides(std::span<const std::uint8_t> bytes, const Read& read) {
  static const MemoryFile file;
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t end = text.find('\0');
  file.set(bytes.first(end == std::string_view::npos ? bytes.size() : end));
  std::vector<std::string> overrides;
  for (std::size_t at = end; at != std::string_view::npos && overrides.size() < 4;) {
    const std::size_t next = text.find('\0', at + 1);
    overrides.emplace_back(
        text.substr(at + 1, next == std::string_view::npos ? next : next - at - 1));
    at = next;
  }
  read(file.path(), overrides);
}

}  // namespace zeroth::fuzz
