#include "isolate/worker_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "descendants.hpp"
#include "plugins/log.hpp"
#include "printable.hpp"

namespace zeroth::host {
namespace {

constexpr auto look_every = std::chrono::milliseconds(10);    // at the worker
constexpr auto time_to_end = std::chrono::milliseconds(500);  // of one that has closed its pipes
constexpr std::size_t most_said = 2000;                       // bytes of standard error kept

int checked(int result, const char* what) {
  if (result >= 0) return result;
  const bool too_many = errno == EMFILE;
  throw std::runtime_error(
      fmt::format("no worker process: {}: {}{}", what, std::strerror(errno),
                  too_many ? "; a smaller -j or a larger `ulimit -n` helps" : ""));
}

// Neither side can make it shorter, which would be a SIGBUS for the other.
int sealed_memory() {
  const int file =
      checked(memfd_create("zeroth-worker", MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create");
  if (ftruncate(file, Link::memory_bytes) != 0 ||
      fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    const int why = errno;
    ::close(file);
    errno = why;
    checked(-1, "shared memory");
  }
  return file;
}

// Memory of its own, in memory or swapped out; files that it maps can be dropped and do not count.
std::uint64_t memory_of(pid_t process) {
  std::ifstream status(fmt::format("/proc/{}/status", process));
  std::uint64_t kibibytes = 0;
  for (std::string key; status >> key;) {
    std::uint64_t value = 0;
    if (key == "RssAnon:" || key == "RssShmem:" || key == "VmSwap:") {
      status >> value;
      kibibytes += value;
    }
    status.ignore(1000, '\n');
  }
  return kibibytes * 1024;
}

std::string bytes_text(std::uint64_t bytes) {
  double value = static_cast<double>(bytes);
  const char* unit = "B";
  for (const char* larger : {"KiB", "MiB", "GiB", "TiB"}) {
    if (value < 1024) break;
    value /= 1024;
    unit = larger;
  }
  return fmt::format("{:.4g} {}", value, unit);
}

// Of a process that has ended.
std::string end_text(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return fmt::format("exited with code {}", info.si_status);
  const char* name = sigabbrev_np(info.si_status);
  return fmt::format("was killed by SIG{} ({})", name == nullptr ? "?" : name,
                     info.si_status == SIGKILL ? "by someone else, or the system was out of memory"
                                               : sigdescr_np(info.si_status));
}

}  // namespace

WorkerProcess::File::~File() {
  if (number_ >= 0) ::close(number_);
}
void WorkerProcess::File::reset(int number) {
  if (number_ >= 0) ::close(number_);
  number_ = number;
}
void WorkerProcess::Unmap::operator()(void* memory) const { munmap(memory, Link::memory_bytes); }

WorkerProcess::WorkerProcess(const WorkerSettings& settings, std::string plugin)
    : settings_(settings), plugin_(std::move(plugin)), mark_(new_mark()) {
  std::array<int, 2> sockets{}, pipe{};
  const File shared(sealed_memory());
  void* memory =
      mmap(nullptr, Link::memory_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, shared.get(), 0);
  if (memory == MAP_FAILED) checked(-1, "mmap");
  memory_.reset(memory);
  checked(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()), "socketpair");
  socket_.reset(sockets[0]);
  const File theirs(sockets[1]);
  checked(pipe2(pipe.data(), O_CLOEXEC), "pipe");
  errors_.reset(pipe[0]);
  const File their_errors(pipe[1]);
  checked(fcntl(errors_.get(), F_SETFL, O_NONBLOCK), "pipe");
  spawn(theirs.get(), shared.get(), their_errors.get());
  link_.emplace(memory_.get(), Link::Side::host, settings.patience, [this] { look_idly(); });
}

void WorkerProcess::spawn(int socket, int memory, int errors) {
  // First out of the way of the numbers that they get.
  const auto high = [](int file) {
    return checked(fcntl(file, F_DUPFD_CLOEXEC, worker_memory + 1), "dup");
  };
  const File high_socket(high(socket)), high_memory(high(memory)), high_errors(high(errors));
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, high_errors.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, high_errors.get(), STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&actions, high_socket.get(), worker_socket);
  posix_spawn_file_actions_adddup2(&actions, high_memory.get(), worker_memory);
  posix_spawn_file_actions_addclosefrom_np(&actions, worker_memory + 1);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);  // Ctrl-C is for the host
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::string name = "zeroth", command = "worker", parent = std::to_string(getpid()),
              patience = std::to_string(settings_.patience.count());
  std::array<char*, 5> argv{name.data(), command.data(), parent.data(), patience.data(), nullptr};
  std::string mark = mark_;
  std::vector<char*> environment{mark.data()};
  for (char** entry = environ; *entry != nullptr; ++entry) environment.push_back(*entry);
  environment.push_back(nullptr);
  const int error = posix_spawn(&id_, settings_.program.c_str(), &actions, &attributes, argv.data(),
                                environment.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    id_ = -1;
    throw std::runtime_error(
        fmt::format("no worker process: {}: {}", settings_.program.string(), std::strerror(error)));
  }
  // Not in <sys/pidfd.h> of every C library.
  process_.reset(static_cast<int>(syscall(SYS_pidfd_open, id_, 0)));
}

WorkerProcess::~WorkerProcess() {
  if (id_ < 0) return;
  end();
  while (waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
  }
  end_descendants(id_, mark_);
}

// Its number is not given away before it is waited for.
void WorkerProcess::end() const {
  kill(-id_, SIGKILL);
  kill(id_, SIGKILL);  // it may have left its group
}

void WorkerProcess::send(const Outgoing& frame) {
  try {
    link_->send(frame);
  } catch (const LinkBroken& error) {
    broken(error.what());
  }
}

Frame WorkerProcess::receive() {
  for (;;) {
    // One that never lets us wait is looked at too.
    if (++received_ % 64 == 0 && time_to_look()) look();
    try {
      Frame frame = link_->receive();
      if (frame.kind != FrameKind::log) return frame;
      if (frame.integers.size() != 1 || frame.texts.size() != 1) garbled();
      log(static_cast<int>(frame.integers[0]), std::string(frame.texts[0]));
    } catch (const LinkBroken& error) {
      broken(error.what());
    }
  }
}

bool WorkerProcess::cancelled() const {
  return settings_.cancel != nullptr && settings_.cancel->load(std::memory_order_relaxed);
}

void WorkerProcess::garbled() { broken("sent what the host cannot understand"); }

bool WorkerProcess::time_to_look() {
  const Clock::time_point now = Clock::now();
  if (now - looked_ < look_every) return false;
  looked_ = now;
  return true;
}

// Whether there is still nothing from it because it is no more.
void WorkerProcess::look_idly() {
  if (!time_to_look()) return;
  look();
  std::array<pollfd, 2> ends{{{process_.get(), POLLIN, 0}, {socket_.get(), POLLIN, 0}}};
  poll(ends.data(), ends.size(), 0);
  if (ends[0].revents != 0) {
    if (ended_) broken("ended");
    ended_ = true;  // what it said just before is taken first
  } else if (ends[1].revents != 0) {
    broken("closed its connection to the host");
  }
}

// Whether it is within its limits and wanted, and what it has printed.
void WorkerProcess::look() {
  drain();
  if (cancelled()) lost(Outcome::crashed, "was ended: the experiment was interrupted");
  const Limits& limits = settings_.limits;
  if (limits.seconds &&
      std::chrono::duration<double>(Clock::now() - started_).count() > *limits.seconds) {
    lost(Outcome::time_limit,
         fmt::format("was ended: the run took longer than {} s (limits.seconds)", *limits.seconds));
  }
  if (limits.memory && memory_of(id_) > *limits.memory) {
    lost(Outcome::memory_limit, fmt::format("was ended: it took more than {} (limits.memory)",
                                            bytes_text(*limits.memory)));
  }
}

// What is there of its standard error.
void WorkerProcess::drain() {
  std::array<char, 4096> bytes;
  for (int blocks = 0; blocks < 64; ++blocks) {  // one that never ends must not hold us up
    const ssize_t n = read(errors_.get(), bytes.data(), bytes.size());
    if (n == 0) errors_.reset(-1);
    if (n <= 0) return;
    said_.append(bytes.data(), static_cast<std::size_t>(n));
    if (said_.size() > 2 * most_said) said_.erase(0, said_.size() - most_said);
  }
}

// It is gone, or soon will be: says how it ended.
void WorkerProcess::broken(const std::string& what) {
  pollfd ended{process_.get(), POLLIN, 0};
  poll(&ended, 1, static_cast<int>(time_to_end.count()));
  siginfo_t info{};
  const bool gone =
      waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
      info.si_pid == id_;
  lost(Outcome::crashed, gone ? end_text(info) : what);
}

void WorkerProcess::lost(Outcome outcome, const std::string& what) {
  gone_ = true;
  end();
  drain();
  std::string text = fmt::format("the {}'s process {}", plugin_, what);
  const std::string said = last_lines(printable(said_), most_said);
  if (!said.empty()) text += "; it said last:\n" + said;
  throw WorkerLost(outcome, text);
}

}  // namespace zeroth::host
