#include "command/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zeroth/error.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iterator>
#include <thread>
#include <utility>

namespace zeroth::command {
namespace {

using namespace std::chrono_literals;

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
      const bool too_many = errno == EMFILE;
      throw Error(std::string("no pipe to the program: ") + std::strerror(errno) +
                  (too_many ? "; fewer threads (-j) or a larger `ulimit -n` help" : ""));
    }
    read = ends[0];
    write = ends[1];
  }
  ~Pipe() {
    if (read >= 0) ::close(read);
    if (write >= 0) ::close(write);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
};

void close_if_open(int& descriptor) {
  if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
}

// Writing to a program that has gone raises SIGPIPE; here the error is enough.
class NoPipeSignal {
 public:
  NoPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoPipeSignal() {
    const timespec at_once{0, 0};
    if (!was_pending_) {
      while (sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;

 private:
  sigset_t pipe_{}, before_{};
  bool was_pending_ = false;
};

// dash waits for what it starts, and a host that is killed takes the shell alone with it.
std::string in_place_of_sh(const std::string& command) {
  constexpr std::string_view of_sh[] = {
      ".",       ":",        "alias",   "bg",      "break", "builtin",  "case",   "cd",
      "command", "continue", "echo",    "eval",    "exec",  "exit",     "export", "false",
      "fc",      "fg",       "for",     "getopts", "hash",  "if",       "jobs",   "kill",
      "let",     "local",    "printf",  "pwd",     "read",  "readonly", "return", "set",
      "shift",   "source",   "test",    "time",    "times", "trap",     "true",   "type",
      "ulimit",  "umask",    "unalias", "unset",   "until", "wait",     "while"};
  const std::size_t begin = command.find_first_not_of(" \t");
  if (begin == std::string::npos || command.find_first_of(";&|()`\n") != std::string::npos) {
    return command;
  }
  const std::string_view rest = std::string_view(command).substr(begin);
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
  const bool is_plain = std::all_of(word.begin(), word.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_./+-").find(c) != std::string_view::npos;
  });
  const bool is_of_sh = std::find(std::begin(of_sh), std::end(of_sh), word) != std::end(of_sh);
  return is_plain && !is_of_sh ? "exec " + command : command;
}

// Between fork and exec: async-signal-safe calls alone.
[[noreturn]] void become(const char* command, pid_t parent, const int (&streams)[3]) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(125);              // it went before we asked
  for (int i = 0; i < 3; ++i) dup2(streams[i], i);  // the host's own are open: these are others
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ}) {
    std::signal(signal, SIG_DFL);  // an ignored one stays ignored over exec
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execl("/bin/sh", "sh", "-c", command, static_cast<char*>(nullptr));
  _exit(127);
}

std::size_t lines_in(std::string_view bytes) {
  return static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
}

// The length of the first so many lines; npos: there are fewer.
std::size_t length_of_lines(std::string_view bytes, std::size_t lines) {
  std::size_t end = 0;
  for (; lines > 0; --lines) {
    end = bytes.find('\n', end);
    if (end == std::string_view::npos) return end;
    ++end;
  }
  return end;
}

}  // namespace

bool Exit::clean() const { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }

bool Exit::not_runnable() const {
  return WIFEXITED(status) && (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127);
}

std::string Exit::text() const {
  if (outlived) return "it closed its output and went on without, and was killed";
  if (WIFEXITED(status)) return "it ended: exit code " + std::to_string(WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  return "it ended: killed by signal " + std::to_string(signal) + " (" + strsignal(signal) + ")";
}

Process::Process(const std::string& command) {
  Pipe input, output, errors;
  const pid_t parent = getpid();
  const int streams[3] = {input.read, output.write, errors.write};
  const std::string for_sh = in_place_of_sh(command);
  pid_ = fork();
  if (pid_ < 0) throw Error(std::string("the program cannot be started: ") + std::strerror(errno));
  if (pid_ == 0) become(for_sh.c_str(), parent, streams);
  setpgid(pid_, pid_);  // here too: whoever comes first
  alive_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  input_ = std::exchange(input.write, -1);
  output_ = std::exchange(output.read, -1);
  errors_ = std::exchange(errors.read, -1);
  for (const int each : {input_, output_, errors_}) fcntl(each, F_SETFL, O_NONBLOCK);
}

Process::~Process() {
  end(0s);
  close_input();
  close_if_open(output_);
  close_if_open(errors_);
  close_if_open(alive_);
}

void Process::close_input() { close_if_open(input_); }

void Process::write_some(std::string_view& question) {
  const NoPipeSignal quietly;
  const ssize_t written = ::write(input_, question.data(), question.size());
  if (written > 0) question.remove_prefix(static_cast<std::size_t>(written));
  if (written < 0 && errno != EAGAIN && errno != EINTR) question = {};  // its output will say why
}

// False: the output is closed.
bool Process::read_some(std::string& bytes) {
  std::array<char, 65536> buffer;
  const ssize_t got = ::read(output_, buffer.data(), buffer.size());
  if (got > 0) bytes.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

bool Process::has_read_all() const {
  int unread = 0;
  return ioctl(input_, FIONREAD, &unread) != 0 || unread == 0;
}

void Process::hear_errors() {
  constexpr std::size_t kept = 2048;
  std::array<char, 4096> buffer;
  for (int times = 0; errors_ >= 0 && times < 64; ++times) {  // it may write without end
    const ssize_t got = ::read(errors_, buffer.data(), buffer.size());
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return close_if_open(errors_);
    if (got < 0) return;
    words_.append(buffer.data(), static_cast<std::size_t>(got));
    if (words_.size() > kept) words_.erase(0, words_.size() - kept);
  }
}

Process::Answer Process::ask(std::string_view question, const Wanted& wanted) {
  const bool until_end = wanted.lines == 0;
  const Clock::time_point asked = Clock::now();
  bool may_complain = static_cast<bool>(wanted.silent);
  Answer answer{End::answered, std::exchange(unread_, "")};
  std::size_t lines = lines_in(answer.bytes);
  if (!question.empty()) ++questions_;
  for (;;) {
    if (question.empty() && until_end) close_input();
    pollfd events[4] = {{output_, POLLIN, 0},
                        {errors_, POLLIN, 0},
                        {question.empty() ? -1 : input_, POLLOUT, 0},
                        {alive_, POLLIN, 0}};
    const Clock::duration spent = Clock::now() - asked;
    Clock::duration wait = 1h;
    const bool watches = wanted.watched && !answer.was_read && answer.bytes.empty();
    const bool has_read = watches && question.empty() && has_read_all();
    if (watches) wait = 1ms;  // nothing tells when the program reads
    if (wanted.patience) wait = std::min(wait, *wanted.patience - spent);
    if (may_complain) wait = std::min(wait, Clock::duration(10s) - spent);
    if (wanted.patience && spent >= *wanted.patience) {
      answer.end = End::timed_out;
      return answer;
    }
    if (may_complain && spent >= 10s) {
      may_complain = false;
      wanted.silent();
      continue;
    }
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
    if (poll(events, 4, static_cast<int>(milliseconds)) < 0 && errno != EINTR) {
      throw Error(std::string("poll: ") + std::strerror(errno));
    }
    if (events[1].revents != 0) hear_errors();
    if (events[2].revents != 0) write_some(question);
    const bool ended = events[3].revents != 0;
    if (has_read && events[0].revents == 0) answer.was_read = true;
    if (events[0].revents == 0 && !ended) continue;
    const std::size_t before = answer.bytes.size();
    const bool open = read_some(answer.bytes);
    lines += lines_in(std::string_view(answer.bytes).substr(before));
    if (!open || (ended && answer.bytes.size() == before)) {
      answer.end = End::closed;
      return answer;
    }
    if (!until_end && lines >= wanted.lines) {
      // What is beyond was asked by nobody: unasked() tells.
      const std::size_t length = length_of_lines(answer.bytes, wanted.lines);
      unread_ = answer.bytes.substr(length);
      answer.bytes.resize(length);
      if (questions_ == 1 && first_answer_.empty()) first_answer_ = answer.bytes;
      return answer;
    }
    if (answer.bytes.size() > wanted.most_bytes) {
      answer.end = End::too_long;
      return answer;
    }
  }
}

const std::string& Process::unasked() {
  read_some(unread_);
  return unread_;
}

Exit Process::end(Clock::duration patience) {
  if (pid_ < 0) return exit_;
  const Clock::time_point until = Clock::now() + patience;
  siginfo_t gone{};
  // Its number is ours until it is waited for: the group cannot be another's when it is killed.
  const auto runs = [&] {
    gone.si_pid = 0;
    return waitid(P_PID, static_cast<id_t>(pid_), &gone, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           gone.si_pid == 0;
  };
  while (runs() && Clock::now() < until) {
    hear_errors();
    std::this_thread::sleep_for(1ms);
  }
  exit_.outlived = patience > 0s && runs();
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, &exit_.status, 0) < 0 && errno == EINTR) {
  }
  hear_errors();
  pid_ = -1;
  return exit_;
}

std::string Process::last_words() {
  hear_errors();
  constexpr std::size_t most = 300;
  std::string line;
  for (const char c : words_) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    if (!control) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += c == '\n' ? std::string(" | ") : std::string(" ");
    }
  }
  while (!line.empty() && (line.back() == ' ' || line.back() == '|')) line.pop_back();
  return line.size() <= most ? line : "..." + line.substr(line.size() - most);
}

}  // namespace zeroth::command
