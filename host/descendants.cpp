#include "descendants.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <system_error>
#include <thread>

namespace zeroth::host {
namespace {

namespace fs = std::filesystem;

bool has_mark(pid_t process, std::string_view mark) {
  std::ifstream in(fmt::format("/proc/{}/environ", process), std::ios::binary);
  for (std::string entry; std::getline(in, entry, '\0');) {
    if (entry == mark) return true;
  }
  return false;
}

// Children that have ended and that nobody here has started: who starts one here has it in our
// process group or as the leader of its own, and waits for it.
void reap_orphans() {
  for (const pid_t child : children()) {
    std::ifstream in(fmt::format("/proc/{}/stat", child));
    std::string stat;
    std::getline(in, stat);
    const std::size_t name_end = stat.rfind(')');  // the name may hold anything
    if (name_end == std::string::npos) continue;
    std::istringstream rest(stat.substr(name_end + 1));
    char state = 0;
    pid_t parent = 0, group = 0;
    rest >> state >> parent >> group;
    if (state == 'Z' && group != child && group != getpgrp()) waitpid(child, nullptr, WNOHANG);
  }
}

}  // namespace

void adopt_orphans() { prctl(PR_SET_CHILD_SUBREAPER, 1); }

std::vector<pid_t> children() {
  std::vector<pid_t> found;
  std::error_code error;
  for (fs::directory_iterator at("/proc/self/task", error), end; !error && at != end;
       at.increment(error)) {
    std::ifstream list(at->path() / "children");
    found.insert(found.end(), std::istream_iterator<pid_t>(list), {});
  }
  return found;
}

std::string new_mark() {
  static std::atomic<std::uint64_t> count{0};
  return fmt::format("ZEROTH_PROCESS={}.{}", getpid(), ++count);
}

void end_descendants(pid_t dead, const std::string& mark) {
  std::vector<pid_t> killed;  // and not yet waited for: then they have no environment to look at
  for (int look = 0; look < 200; ++look) {
    pid_t ended = 0;
    while ((ended = waitpid(-dead, nullptr, WNOHANG)) > 0) {
    }
    std::erase_if(killed, [](pid_t each) { return waitpid(each, nullptr, WNOHANG) != 0; });
    bool some_left = ended == 0 || !killed.empty();
    for (const pid_t child : children()) {
      if (!has_mark(child, mark)) continue;
      kill(child, SIGKILL);
      if (std::find(killed.begin(), killed.end(), child) == killed.end()) killed.push_back(child);
      some_left = true;  // itself, or what it has started
    }
    if (!some_left) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  reap_orphans();
}

std::string death_of(int status) {
  if (WIFSIGNALED(status)) {
    const char* name = sigabbrev_np(WTERMSIG(status));
    return fmt::format("killed by SIG{} ({})", name == nullptr ? "?" : name,
                       strsignal(WTERMSIG(status)));
  }
  return WEXITSTATUS(status) == 0 ? "" : fmt::format("exit code {}", WEXITSTATUS(status));
}

}  // namespace zeroth::host
