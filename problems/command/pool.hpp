// The running copies of a program: as many as threads ask at once.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "command/dialogue.hpp"
#include "command/process.hpp"

namespace zeroth::command {

struct Program {
  std::string command;  // for sh
  Protocol protocol = Protocol::plain;
  bool several = false;        // json: the form for several points
  bool once = false;           // started anew for every question, its input closed after it
  double timeout_seconds = 0;  // for a point; 0: none
  unsigned retries = 0;        // after a crash
};

/// Starts programs from one thread: a program dies with the thread that started it, and those that
/// evaluate come and go.  Threads: any.
class Launcher {
 public:
  Launcher() : thread_([this] { work(); }) {}
  ~Launcher();
  Launcher(const Launcher&) = delete;
  Launcher& operator=(const Launcher&) = delete;
  /// Throws what Process throws.
  std::unique_ptr<Process> start(const std::string& command);

 private:
  void work();
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<std::packaged_task<std::unique_ptr<Process>()>> starts_;
  bool done_ = false;
  std::thread thread_;
};

/// Threads: any.
class Pool {
 public:
  explicit Pool(Program program) : program_(std::move(program)) {}
  /// Closes the input of all, and kills what is still there a second later.  Warns of what they say
  /// then: nobody asked for it.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Asks for the values of f.size() points.  A program that crashes is started again and asked
  /// again, `retries` times; one that answers nonsense or is late is killed.
  /// x  f.size() x dimension.   f  NaN where the program says that the point failed.
  /// Nothing, or why there is no answer: then f has no meaning.
  /// Throws Error when the command cannot be run at all, and when a copy has said a line more than
  /// it was asked, such as a banner: then each answer is that of the point before.
  std::optional<std::string> ask(std::span<const double> x, std::span<double> f);
  /// Whether there has been any answer yet.
  bool has_answered() const { return answered_; }
  /// "; try: echo '0 0' | python3 sim.py": how to ask about x in a shell.  Empty where that is
  /// long.
  std::string try_by_hand(std::span<const double> x) const;

 private:
  struct Attempt {
    enum class End { answered, crashed, wrong, left } end = End::answered;
    std::string why;
  };
  std::unique_ptr<Process> take();
  void give_back(std::unique_ptr<Process> process);
  Attempt attempt(Process& process, const std::string& question, std::span<double> f);
  void refuse_if_shifted(const Process& process, const std::string& unasked);
  bool began_as_another(const Process& process);
  void warn_of_unasked(Process& process);
  void note_values(std::span<const double> f);

  const Program program_;
  std::atomic<bool> answered_{false}, told_of_silence_{false}, told_of_reason_{false},
      told_of_unasked_{false};
  std::atomic<bool> is_in_step_{false};  // a copy was seen to say no more than it is asked
  Launcher launcher_;                    // goes after all programs
  std::uint64_t values_ = 0;             // of points that have one
  double first_value_ = 0;
  bool all_equal_ = true;
  std::mutex mutex_;                            // of these and the next
  std::string suspect_;                         // the first line of a copy that said too much
  std::vector<std::unique_ptr<Process>> idle_;  // all have answered
};

}  // namespace zeroth::command
