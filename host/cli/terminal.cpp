#include "cli/terminal.hpp"

#include <fcntl.h>
#include <fmt/color.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string_view>

#include "printable.hpp"

namespace zeroth::host {
namespace {

// What fits on a line of the terminal.
std::string cut(const std::string& line) {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20) return line;
  return line.substr(0, size.ws_col - 1);
}

// Whether a terminal is there that understands escape sequences.
bool moves(int descriptor) {
  const char* term = std::getenv("TERM");
  return isatty(descriptor) == 1 && term != nullptr && std::string_view(term) != "dumb";
}

}  // namespace

void secure_standard_streams() {
  for (int descriptor = 0; descriptor < 3; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) >= 0) continue;
    // Opened the wrong way round, so that using it stays an error.
    if (open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
  }
}

void flush_standard_output() {
  std::cout.flush();
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout) return;
  throw std::runtime_error("standard output cannot be written to");
}

bool colours(int descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  return moves(descriptor) && (no_color == nullptr || *no_color == '\0');
}

std::string duration_text(double seconds) {
  const auto s = std::llround(seconds);
  if (s < 3600) return fmt::format("{}:{:02}", s / 60, s % 60);
  if (s < 86400) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return fmt::format("{} d {:02}:{:02}", s / 86400, s / 3600 % 24, s / 60 % 60);
}

Terminal::Terminal() : interactive_(moves(STDERR_FILENO)), colours_(colours(STDERR_FILENO)) {}

void Terminal::print(const char* kind, const std::string& line) {
  const std::lock_guard lock(mutex_);
  std::string out = progress_.empty() ? "" : "\r\033[K";
  if (*kind != '\0') {
    const std::string prefix = fmt::format("{}: ", kind);
    out += colours_ ? fmt::format(fmt::fg(fmt::terminal_color::yellow), "{}", prefix) : prefix;
  }
  out += printable(line) + "\n" + progress_;
  std::fputs(out.c_str(), stderr);
  std::fflush(stderr);
}

void Terminal::progress(const std::string& line) {
  if (!interactive_) return;
  const std::lock_guard lock(mutex_);
  if (line.empty() && progress_.empty()) return;
  progress_ = cut(line);
  std::fputs(("\r\033[K" + progress_).c_str(), stderr);
  std::fflush(stderr);
}

void Terminal::standing(const std::string& line, bool at_end) {
  if (interactive_) return progress(line);
  {
    const std::lock_guard lock(mutex_);
    const auto now = AwakeClock::now();
    if (!last_standing_) last_standing_ = now;
    if (!at_end && now - *last_standing_ < std::chrono::seconds(10)) return;
    last_standing_ = now;
  }
  note(line);
}

Progress::Progress(Terminal& terminal, std::size_t total) : terminal_(terminal), total_(total) {}

void Progress::update(std::size_t done, std::size_t failed) {
  const double elapsed = std::chrono::duration<double>(Clock::now() - started_).count();
  std::string line = fmt::format("{}/{} runs ({:.0f}%)", done, total_,
                                 100.0 * static_cast<double>(done) / static_cast<double>(total_));
  if (failed > 0) line += fmt::format(", {} failed", failed);
  if (done > 0) {
    const double rate = static_cast<double>(done) / elapsed;
    line += fmt::format(", {:.3g} runs/s, {} left", rate,
                        duration_text(static_cast<double>(total_ - done) / rate));
  } else {
    line += fmt::format(", {} so far", duration_text(elapsed));
  }
  terminal_.standing(line, done == total_);
}

}  // namespace zeroth::host
