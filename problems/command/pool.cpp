#include "command/pool.hpp"

#include <zeroth/error.hpp>
#include <zeroth/library.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

namespace zeroth::command {
namespace {

using namespace std::chrono_literals;

constexpr double most_seconds = 1e9;       // what the clock can count
constexpr auto grace = 1s;                 // for a program that is about to go by itself
constexpr std::uint64_t many_values = 10;  // for all to be equal by chance
constexpr const char* remedy = "what is no answer must be printed to standard error";

std::string with_last_words(std::string why, Process& process) {
  const std::string words = process.last_words();
  if (!words.empty()) why += "; it said: " + words;
  return why;
}

}  // namespace

Launcher::~Launcher() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

void Launcher::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wanted_.wait(lock, [this] { return done_ || !starts_.empty(); });
    if (starts_.empty()) return;
    auto start = std::move(starts_.front());
    starts_.pop_front();
    lock.unlock();
    start();
    lock.lock();
  }
}

std::unique_ptr<Process> Launcher::start(const std::string& command) {
  std::packaged_task<std::unique_ptr<Process>()> start(
      [&command] { return std::make_unique<Process>(command); });
  std::future<std::unique_ptr<Process>> started = start.get_future();
  {
    const std::lock_guard lock(mutex_);
    starts_.push_back(std::move(start));
  }
  wanted_.notify_one();
  return started.get();
}

Pool::~Pool() {
  for (const auto& each : idle_) each->close_input();
  const Process::Clock::time_point until = Process::Clock::now() + grace;
  for (const auto& each : idle_) {
    each->end(until - Process::Clock::now());
    warn_of_unasked(*each);
  }
  if (values_ >= many_values && all_equal_) {
    log_warning("all " + std::to_string(values_) + " values are equal, " +
                shown(question(Protocol::plain, {&first_value_, 1}, 1, false)) +
                ": does the program read its standard input?  It gets no arguments");
  }
}

void Pool::note_values(std::span<const double> f) {
  const std::lock_guard lock(mutex_);
  for (const double value : f) {
    if (std::isnan(value)) continue;
    if (values_++ == 0) first_value_ = value;
    all_equal_ = all_equal_ && value == first_value_;
  }
}

// A running program that nobody asks; null: there is none.
std::unique_ptr<Process> Pool::take() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return nullptr;
  auto process = std::move(idle_.back());
  idle_.pop_back();
  return process;
}

void Pool::give_back(std::unique_ptr<Process> process) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(process));
}

// A line too many so early may be the answer that its first line was taken for.
void Pool::refuse_if_shifted(const Process& process, const std::string& unasked) {
  if (process.questions() > 2 || !looks_like_answer(program_.protocol, unasked)) return;
  told_of_unasked_ = true;
  throw Error(
      "the program says more than it is asked, so that its answers are not those of their "
      "points: it began with " +
      shown(process.first_answer()) + ", and " + shown(unasked) + " was one line too many; " +
      remedy);
}

// Of copies that said too much by their second answer: points differ, a banner does not.
bool Pool::began_as_another(const Process& process) {
  if (process.questions() != 2) return false;
  const std::lock_guard lock(mutex_);
  return std::exchange(suspect_, process.first_answer()) == process.first_answer();
}

void Pool::warn_of_unasked(Process& process) {
  const std::string& unasked = process.unasked();
  if (unasked.empty() || told_of_unasked_.exchange(true)) return;
  log_warning(
      "the program began with " + shown(process.first_answer()) + " and said " + shown(unasked) +
      " when nobody asked: do not trust the values, each may be that of the point before; " +
      remedy);
}

Pool::Attempt Pool::attempt(Process& process, const std::string& question, std::span<double> f) {
  using End = Attempt::End;
  Process::Wanted wanted;
  wanted.lines = program_.once ? 0 : lines_of_answer(program_.protocol, f.size());
  wanted.most_bytes = longest_answer(f.size());
  wanted.watched = !program_.once && !is_in_step_ && process.questions() == 1;
  if (program_.timeout_seconds > 0) {
    wanted.patience =
        std::chrono::duration_cast<Process::Clock::duration>(std::chrono::duration<double>(
            std::min(program_.timeout_seconds * static_cast<double>(f.size()), most_seconds)));
  }
  if (!program_.once && !told_of_silence_) {
    wanted.silent = [this] {
      if (told_of_silence_.exchange(true)) return;
      log_info("no answer for ten seconds: does '" + program_.command +
               "' flush its output after every line?");
    };
  }
  const Process::Clock::time_point asked = Process::Clock::now();
  Process::Answer answer = process.ask(question, wanted);
  switch (answer.end) {
    case Process::End::timed_out:
      return {End::wrong, with_last_words("no answer within the time limit", process)};
    case Process::End::too_long:
      return {End::wrong,
              with_last_words("an answer without end: " + shown(answer.bytes), process)};
    case Process::End::closed: {
      const Exit exit = process.end(grace);
      if (exit.not_runnable()) {
        throw Error(
            with_last_words("the command '" + program_.command + "' cannot be run", process));
      }
      if (program_.once && exit.clean()) break;  // all that it had to say
      if (!answer.bytes.empty() && exit.clean()) {
        std::string what = "it ended after " + shown(answer.bytes);
        if (answer.bytes.back() != '\n')
          what += ", a line without an end: print a newline after each value, or set once = true";
        return {End::wrong, with_last_words(what, process)};
      }
      return {exit.clean() ? End::left : End::crashed, with_last_words(exit.text(), process)};
    }
    case Process::End::answered:
      break;
  }
  std::string reason;
  if (const auto wrong = read_answer(program_.protocol, answer.bytes, f, reason)) {
    std::string why = "its answer is wrong: " + *wrong;
    if (process.questions() == 1) why += std::string("; ") + remedy;
    return {End::wrong, with_last_words(why, process)};
  }
  if (const std::string& more = process.unasked(); !more.empty()) {
    if (began_as_another(process)) refuse_if_shifted(process, more);
    return {End::wrong, "it answered more than it was asked, then " + shown(more) + "; " + remedy};
  }
  if (wanted.watched && !answer.was_read) {
    // Asked for the second time: was that the answer to the first?  Then another is to come.
    Process::Wanted another;
    another.lines = 1;
    another.most_bytes = longest_answer(1);
    another.patience = 2 * (Process::Clock::now() - asked) + 100ms;
    const std::string unasked = process.ask("", another).bytes;
    if (!unasked.empty()) {
      refuse_if_shifted(process, unasked);
      return {End::wrong,
              "it answered more than it was asked, then " + shown(unasked) + "; " + remedy};
    }
  }
  if (wanted.watched) is_in_step_ = true;
  if (!reason.empty() && !told_of_reason_.exchange(true)) {
    log_info("the program gives a reason for a point that failed: " + reason);
  }
  return {};
}

std::optional<std::string> Pool::ask(std::span<const double> x, std::span<double> f) {
  const std::string text = question(program_.protocol, x, f.size(), program_.several);
  unsigned retries = program_.retries;
  for (;;) {
    std::unique_ptr<Process> process = take();
    const bool used = process != nullptr;
    if (used && !process->unasked().empty()) {  // who knows what its next line answers
      refuse_if_shifted(*process, process->unasked());
      warn_of_unasked(*process);
      continue;
    }
    if (!used) process = launcher_.start(program_.command);
    const Attempt attempt = this->attempt(*process, text, f);
    switch (attempt.end) {
      case Attempt::End::answered:
        answered_ = true;
        note_values(f);
        if (!program_.once) give_back(std::move(process));
        return std::nullopt;
      case Attempt::End::wrong:
        return attempt.why;
      case Attempt::End::left:  // a program that answers some questions and goes is started again
        if (used) continue;
        [[fallthrough]];
      case Attempt::End::crashed:
        if (retries-- == 0) return attempt.why;
    }
  }
}

std::string Pool::try_by_hand(std::span<const double> x) const {
  std::string line = question(program_.protocol, x, 1, program_.several);
  line.pop_back();  // echo ends it
  std::string command = program_.command;
  if (line.size() + command.size() > 400 || command.find('\n') != std::string::npos) return "";
  if (command.find_first_of("|&;<>") != std::string::npos) command = "( " + command + " )";
  return "; try: echo '" + line + "' | " + command;
}

}  // namespace zeroth::command
