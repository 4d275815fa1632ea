// What standard error looks like to a person.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "awake_clock.hpp"

namespace zeroth::host {

/// Opens those of the three standard streams that are closed: else a result file could take the
/// number of one, and messages would be written into it.
void secure_standard_streams();

/// Throws std::runtime_error when something of what was printed is lost.
void flush_standard_output();

/// Whether to colour what goes to the descriptor: a terminal, neither NO_COLOR nor TERM=dumb.
bool colours(int descriptor);

/// "0:42", "1:02:03", "3 d 04:05"
std::string duration_text(double seconds);

/// Lines on standard error, above a progress line that stays at the bottom of a terminal.
/// Threads: any.
class Terminal {
 public:
  Terminal();
  void warn(const std::string& line) { print("warning", line); }
  void note(const std::string& line) { print("", line); }
  /// Replaces the progress line; on anything but a terminal it does nothing.
  void progress(const std::string& line);
  void clear_progress() { progress(""); }
  /// How far it is: the progress line; on anything but a terminal a note, every ten seconds from
  /// the first call on, and at the end.
  void standing(const std::string& line, bool at_end = false);

 private:
  void print(const char* kind, const std::string& line);
  std::mutex mutex_;
  bool interactive_, colours_;
  std::string progress_;
  std::optional<AwakeClock::time_point> last_standing_;
};

/// Counts runs, and says how many, how fast and how long still.  Threads: one caller.
class Progress {
 public:
  Progress(Terminal& terminal, std::size_t total);
  /// done runs are on disk.
  void update(std::size_t done, std::size_t failed);

 private:
  using Clock = AwakeClock;
  Terminal& terminal_;
  std::size_t total_;
  Clock::time_point started_ = Clock::now();
};

}  // namespace zeroth::host
