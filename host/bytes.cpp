#include "bytes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace zeroth::host {

std::string read_bytes(const std::filesystem::path& file) {
  const auto fail = [&] {
    return std::runtime_error(
        fmt::format("{}: cannot be read: {}", file.string(), std::strerror(errno)));
  };
  std::ifstream in(file, std::ios::binary);
  if (!in) throw fail();
  try {  // libstdc++ throws where the system refuses, as for a folder
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  } catch (const std::ios_base::failure&) {
    throw fail();
  }
}

void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
  const auto fail = [&] {
    throw std::runtime_error(
        fmt::format("{}: cannot be written: {}", file.string(), std::strerror(errno)));
  };
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) fail();
  std::size_t done = 0;
  bool good = true;
  while (good && done < bytes.size()) {
    const ssize_t written = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno == EINTR) continue;
    good = written >= 0;
    if (good) done += static_cast<std::size_t>(written);
  }
  good = good && ::fsync(descriptor) == 0;
  const int why = errno;
  ::close(descriptor);
  errno = why;
  if (!good) fail();
}

}  // namespace zeroth::host
