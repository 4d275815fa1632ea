#include "crash_note.hpp"

#include <unistd.h>

#include <csignal>
#include <cstring>
#include <utility>

namespace zeroth::host {
namespace {

constexpr int deadly[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

constexpr const char* advice =
    ": a plugin has crashed the program.  What had finished is stored; --isolate costs such a run "
    "alone\n";

thread_local const char* under_way = nullptr;

// No more than what may be called in a signal handler.
extern "C" void on_crash(int signal) {
  if (under_way != nullptr) {
    const char* name = sigabbrev_np(signal);
    for (const char* part :
         {"\nzeroth: SIG", name == nullptr ? "?" : name, " in ", under_way, advice}) {
      if (write(STDERR_FILENO, part, std::strlen(part)) < 0) break;
    }
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);  // once this has returned
}

bool watch() {
  for (const int signal : deadly) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) continue;
    action.sa_handler = on_crash;
    sigaction(signal, &action, nullptr);
  }
  return true;
}

}  // namespace

CrashNote::CrashNote(std::string doing) : doing_(std::move(doing)) {
  static const bool watched = watch();
  under_way = watched ? doing_.c_str() : nullptr;
}

CrashNote::~CrashNote() { under_way = nullptr; }

}  // namespace zeroth::host
