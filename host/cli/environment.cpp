#include "cli/environment.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <tbb/info.h>

#include <csignal>
#include <ctime>
#include <thread>

namespace zeroth::host {
namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void on_signal(int signal) {
  if (interrupted.exchange(true)) {  // a second one: at once
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

// Shell and kernel both send one when a terminal goes: the second is no wish to end at once.
extern "C" void on_hangup(int) { interrupted = true; }

}  // namespace

std::atomic<bool>& interruption() { return interrupted; }

std::atomic<bool>& watch_for_interruption() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  if (std::signal(SIGHUP, on_hangup) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // nohup
  std::signal(SIGPIPE, SIG_IGN);  // a reader that has gone must not cost what was computed
  return interrupted;
}

std::string waiting_text(const std::string& what) {
  return fmt::format("interrupted: waiting for the {} under way; again: end at once", what);
}

std::string machine_text() {
  utsname machine{};
  uname(&machine);
  return fmt::format("{} {} {}, {} cores", machine.sysname, machine.release, machine.machine,
                     std::thread::hardware_concurrency());
}

int available_cores() { return tbb::info::default_concurrency(); }

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  char date[32] = "";
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
  return date;
}

}  // namespace zeroth::host
