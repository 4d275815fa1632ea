#include "in_fork.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "descendants.hpp"

namespace zeroth::host {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds slow{5};

[[noreturn]] void be_the_fork(const std::function<void()>& act, int success) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing, standard);
  try {
    act();
  } catch (...) {  // who does it in earnest will say so
  }
  const bool told = write(success, ".", 1) == 1;
  _exit(told ? 0 : 1);
}

}  // namespace

std::string end_in_fork(const std::function<void()>& act, std::chrono::milliseconds patience,
                        const std::function<void()>& when_slow) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error(fmt::format("no pipe: {}", std::strerror(errno)));
  std::fflush(nullptr);  // or the fork would print it, too
  const Clock::time_point start = Clock::now();
  const pid_t child = fork();
  if (child == 0) be_the_fork(act, ends[1]);
  const int why = errno;
  close(ends[1]);
  pollfd success{ends[0], POLLIN, 0};
  int status = 0;
  bool lives = child > 0, late = false, told_slow = false, returned = false;
  while (lives && !late && !returned) {
    poll(&success, 1, 20);
    if (char byte = 0; success.revents != 0) {
      returned = read(ends[0], &byte, 1) == 1;
      success.fd = -1;  // closed without success: it ends, or has closed what it does not know
    }
    lives = waitpid(child, &status, WNOHANG) == 0;
    late = Clock::now() - start > patience;
    if (!told_slow && Clock::now() - start > slow) {
      told_slow = true;
      when_slow();
    }
  }
  close(ends[0]);
  if (child < 0)
    throw std::runtime_error(fmt::format("no process can be started: {}", std::strerror(why)));
  kill(-child, SIGKILL);
  if (lives) waitpid(child, &status, 0);
  if (returned) return "";
  if (lives)
    return fmt::format("did not end within {:g} s",
                       std::chrono::duration<double>(patience).count());
  const std::string death = death_of(status);
  return death.empty() ? "exit code 0" : death;
}

}  // namespace zeroth::host
