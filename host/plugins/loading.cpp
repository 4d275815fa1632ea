#include "plugins/loading.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace zeroth::host {
namespace {

constexpr std::array deadly{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
constexpr unsigned patience = 5;  // seconds

std::atomic<const char*> under_way{nullptr};  // the library's path
std::array<struct sigaction, deadly.size() + 1> before;

// In a signal handler: no more than write(2).
void say(const char* what) {
  const char* path = under_way.load();
  for (const char* part : {"zeroth: plugin ", path, what}) {
    if (write(STDERR_FILENO, part, std::strlen(part)) < 0) return;
  }
}

extern "C" void on_deadly_signal(int signal) {
  say(" ends the program while it is loaded: move it away; `zeroth check` on it tells more\n");
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

extern "C" void on_alarm(int) { say(" takes its time to load ...\n"); }

void on_exit() {
  if (under_way.load() == nullptr) return;
  say(" calls exit() while it is loaded: move it away; `zeroth check` on it tells more\n");
  _exit(1);
}

// Where nobody else, such as a sanitizer, has a say.
void handle(int signal, void (*handler)(int), struct sigaction& old) {
  sigaction(signal, nullptr, &old);
  if (old.sa_handler != SIG_DFL) return;
  struct sigaction ours {};
  ours.sa_handler = handler;
  ours.sa_flags = SA_RESTART;
  sigaction(signal, &ours, nullptr);
}

}  // namespace

Loading::Loading(const std::filesystem::path& library)
    : path_(library.string()), is_outer_(under_way.load() == nullptr) {
  if (!is_outer_) return;
  static const int registered = std::atexit(on_exit);
  static_cast<void>(registered);
  under_way = path_.c_str();
  for (std::size_t i = 0; i < deadly.size(); ++i) handle(deadly[i], on_deadly_signal, before[i]);
  handle(SIGALRM, on_alarm, before.back());
  alarm(patience);
}

Loading::~Loading() {
  if (!is_outer_) return;
  alarm(0);
  for (std::size_t i = 0; i < deadly.size(); ++i) sigaction(deadly[i], &before[i], nullptr);
  sigaction(SIGALRM, &before.back(), nullptr);
  under_way = nullptr;
}

}  // namespace zeroth::host
