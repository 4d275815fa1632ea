#include "check/surroundings.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cfenv>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <stdexcept>

#include "descendants.hpp"

namespace zeroth::host::check {
namespace fs = std::filesystem;
namespace {

std::string signals(const sigset_t& set) {
  std::string text;
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    if (sigismember(&set, signal) == 1) text += fmt::format("{} ", signal);
  }
  return text;
}

bool flushes_to_zero() {
  const volatile double smallest = std::numeric_limits<double>::min();
  return smallest / 4 == 0.0;
}

void add_signals(Surroundings& found) {
  sigset_t mask;
  sigemptyset(&mask);
  sigprocmask(SIG_BLOCK, nullptr, &mask);
  found["the mask of signals"] = signals(mask);
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) != 0) continue;
    found[fmt::format("the handler of signal {}", signal)] =
        fmt::format("{}", reinterpret_cast<void*>(action.sa_handler));
  }
}

void add_open_files(Surroundings& found) {
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    const fs::path target = fs::read_symlink(entry.path(), error);
    if (error || target.string().find("/fd") != std::string::npos) continue;  // the iterator's own
    found["file descriptor " + entry.path().filename().string()] = target.string();
  }
}

void add_children(Surroundings& found) {
  for (const pid_t child : children()) {
    std::string name;
    std::getline(std::ifstream(fmt::format("/proc/{}/comm", child)), name);
    found[fmt::format("the process {}", child)] = name;
  }
}

// The folder is the child's own, and was empty.
void add_temporary_files(Surroundings& found) {
  const fs::path folder = fs::temp_directory_path();
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    found["the file " + entry.path().lexically_relative(folder).string()] =
        entry.is_regular_file() ? fmt::format("{} bytes", entry.file_size()) : "no file";
  }
}

}  // namespace

Surroundings look_around() {
  Surroundings found;
  found["the locale"] = std::setlocale(LC_ALL, nullptr);
  found["the working folder"] = fs::current_path().string();
  const mode_t mask = umask(0);
  umask(mask);
  found["the umask"] = fmt::format("{:03o}", mask);
  found["the rounding mode"] = fmt::format("{}", std::fegetround());
  found["the set of floating-point traps"] = fmt::format("{}", fegetexcept());
  found["flushing of small numbers to zero"] = flushes_to_zero() ? "on" : "off";
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string text = *each;
    const std::size_t equals = text.find('=');
    found["the environment variable " + text.substr(0, equals)] =
        equals == std::string::npos ? "" : text.substr(equals + 1);
  }
  found[thread_count] = fmt::format(
      "{}", std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator()));
  add_signals(found);
  add_open_files(found);
  add_children(found);
  add_temporary_files(found);
  return found;
}

std::string difference(const Surroundings& before, const Surroundings& after) {
  for (const auto& [what, was] : before) {
    const auto now = after.find(what);
    if (now == after.end()) return fmt::format("{} was '{}', is gone", what, was);
    if (now->second != was) return fmt::format("{} was '{}', is '{}'", what, was, now->second);
  }
  for (const auto& [what, now] : after) {
    if (before.count(what) == 0) return fmt::format("{} is new: '{}'", what, now);
  }
  return "";
}

Capture::Capture(int descriptor)
    : descriptor_(descriptor),
      kept_(dup(descriptor)),
      file_(memfd_create("captured", MFD_CLOEXEC)) {
  std::fflush(nullptr);
  if (kept_ < 0 || file_ < 0 || dup2(file_, descriptor_) < 0)
    throw std::runtime_error("a standard stream cannot be captured");
}

std::string Capture::end() {
  std::fflush(nullptr);
  std::cout.flush();
  char text[200];
  const ssize_t size = pread(file_, text, sizeof text, 0);
  dup2(kept_, descriptor_);
  close(kept_);
  close(file_);
  return {text, text + (size > 0 ? size : 0)};
}

}  // namespace zeroth::host::check
