// A program that runs beside us and is spoken to through its standard input and output.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace zeroth::command {

/// How a program was found when it no longer ran.
struct Exit {
  int status = 0;         // as waitpid gives it
  bool outlived = false;  // it still ran when it was to have ended, and was killed
  bool clean() const;
  /// The shell could not find the program, or not execute it.
  bool not_runnable() const;
  /// "it ended: exit code 3", "it ended: killed by signal 9 (Killed)"
  std::string text() const;
};

/// One started program with a process group of its own: Ctrl-C at the terminal does not reach it.
/// It is killed with its group when this object goes, and with the thread that started it, so that
/// it dies with the host whatever happens.
/// Threads: one caller at a time.
class Process {
 public:
  using Clock = std::chrono::steady_clock;

  /// sh runs the command, or gives its place to it where that is one program without anything that
  /// only a shell can do.  Throws Error when no process can be had.
  explicit Process(const std::string& command);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// What is waited for, and how long.
  struct Wanted {
    std::size_t lines = 0;  // 0: all until it closes its output, after its input is closed
    std::size_t most_bytes = 0;
    bool watched = false;                     // see Answer::was_read
    std::optional<Clock::duration> patience;  // then timed_out
    std::function<void()> silent;             // may be empty; called once after ten seconds
  };
  enum class End { answered, closed, timed_out, too_long };
  struct Answer {
    End end = End::answered;
    std::string bytes;      // what came until then
    bool was_read = false;  // if watched: seen that the question was read before anything came
  };
  /// Writes the question and reads the answer.  closed: there comes no more, for it has closed its
  /// output or ended, whatever it has started may still hold of it.
  Answer ask(std::string_view question, const Wanted& wanted);

  /// How often it was asked, and what it said the first time.
  std::size_t questions() const { return questions_; }
  const std::string& first_answer() const { return first_answer_; }
  /// What it has said that nobody asked for; "" if nothing.
  const std::string& unasked();
  /// The polite end: a program that reads its input to the end goes by itself.
  void close_input();
  /// Waits so long, then kills; to be asked once the program is of no more use.
  Exit end(Clock::duration patience);
  /// The last lines that it wrote to its standard error, as one line; "" if none.
  std::string last_words();

 private:
  void write_some(std::string_view& question);
  bool read_some(std::string& bytes);
  bool has_read_all() const;
  void hear_errors();

  pid_t pid_ = -1;
  int input_ = -1, output_ = -1, errors_ = -1;
  int alive_ = -1;      // readable once it has ended
  std::string unread_;  // of its output
  std::size_t questions_ = 0;
  std::string first_answer_;
  std::string words_;  // the end of its standard error
  Exit exit_;
};

}  // namespace zeroth::command
