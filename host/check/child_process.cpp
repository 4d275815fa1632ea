#include "check/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "descendants.hpp"
#include "user_error.hpp"

namespace zeroth::host::check {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int report_descriptor = 3;  // in the child

struct Pipe {
  int read_end = -1, write_end = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
      throw std::runtime_error(fmt::format("no pipe: {}", std::strerror(errno)));
    read_end = ends[0];
    write_end = ends[1];
  }
  ~Pipe() {
    close(read_end);
    close_write_end();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_write_end() {
    if (write_end >= 0) close(write_end);
    write_end = -1;
  }
};

// What the child leaves behind goes with it.
struct TemporaryFolder {
  std::string path;
  TemporaryFolder() {
    std::error_code error;
    path = (std::filesystem::temp_directory_path(error) / "zeroth-check-XXXXXX").string();
    if (error || mkdtemp(path.data()) == nullptr) {
      throw UserError("no temporary folder can be made",
                      error ? error.message() : path + ": " + std::strerror(errno),
                      "the environment variable TMPDIR names another place");
    }
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
};

pid_t spawn(const std::vector<std::string>& arguments, int report, int errors, std::string mark,
            const std::string& temporary_folder) {
  std::vector<std::string> words{"zeroth"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::string folder = "TMPDIR=" + temporary_folder;
  std::vector<char*> environment{mark.data(), folder.data()};
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (!std::string_view(*entry).starts_with("TMPDIR=")) environment.push_back(*entry);
  environment.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&actions, report, report_descriptor);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  pid_t child = -1;
  const int error =
      posix_spawn(&child, "/proc/self/exe", &actions, &attributes, argv.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw std::runtime_error(fmt::format("no process can be started: {}", std::strerror(error)));
  return child;
}

// Appends what there is to read, and keeps the last `most` bytes.  False at the end.
bool drain(int descriptor, std::string& text, std::size_t most) {
  std::array<char, 4096> bytes;
  const ssize_t size = read(descriptor, bytes.data(), bytes.size());
  if (size < 0) return errno == EINTR || errno == EAGAIN;
  text.append(bytes.data(), static_cast<std::size_t>(size));
  if (text.size() > most) text.erase(0, text.size() - most);
  return size > 0;
}

std::string last_lines(const std::string& text, int lines) {
  std::size_t start = text.find_last_not_of('\n');
  if (start == std::string::npos) return "";
  const std::size_t end = start + 1;
  while (start > 0 && (text[start - 1] != '\n' || --lines > 0)) --start;
  return text.substr(start, end - start);
}

// To half of the machine's: what runs away is then out of memory, and nothing else is.  Not of
// addresses, of which some runtimes reserve more than there is memory.
void limit_memory() {
#if !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)  // which take many times as much
  const auto bytes =
      static_cast<rlim_t>(sysconf(_SC_PHYS_PAGES)) / 2 * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
  rlimit data{};
  getrlimit(RLIMIT_DATA, &data);
  data.rlim_cur = std::min(data.rlim_cur, bytes);  // RLIM_INFINITY is the largest
  data.rlim_max = std::min(data.rlim_max, bytes);
  setrlimit(RLIMIT_DATA, &data);
#endif
}

}  // namespace

Ending run_child(const std::vector<std::string>& arguments, double timeout_seconds,
                 const std::function<bool()>& cancelled) {
  const TemporaryFolder folder;
  const std::string mark = new_mark();
  Pipe report, errors;
  const pid_t child = spawn(arguments, report.write_end, errors.write_end, mark, folder.path);
  report.close_write_end();
  errors.close_write_end();
  const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                           std::chrono::duration<double>(timeout_seconds));
  Ending ending;
  std::string printed;
  int status = 0;
  std::array<pollfd, 2> open{{{report.read_end, POLLIN, 0}, {errors.read_end, POLLIN, 0}}};
  // Pipes may outlive the child (it has children) and the child its pipes (it closes them).
  bool lives = true, late = false;
  while (lives && !late) {
    poll(open.data(), open.size(), 20);
    if (open[0].revents != 0 && !drain(open[0].fd, ending.report, 1 << 20)) open[0].fd = -1;
    if (open[1].revents != 0 && !drain(open[1].fd, printed, 1 << 16)) open[1].fd = -1;
    lives = waitpid(child, &status, WNOHANG) == 0;
    late = lives && (Clock::now() > deadline || cancelled());
  }
  kill(-child, SIGKILL);
  if (lives) waitpid(child, &status, 0);
  end_descendants(child, mark);
  const auto rest = [](pollfd& each, std::string& text, std::size_t most) {
    while (each.fd >= 0 && poll(&each, 1, 0) > 0 && drain(each.fd, text, most)) {
    }
  };
  rest(open[0], ending.report, 1 << 20);
  rest(open[1], printed, 1 << 16);
  ending.last_errors = last_lines(printed, 10);
  ending.death =
      late ? fmt::format("did not end within {:g} s; --timeout gives it longer", timeout_seconds)
           : death_of(status);
  return ending;
}

void prepare_child() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  adopt_orphans();  // until we end: then they are the parent's
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  limit_memory();
  fcntl(report_descriptor, F_SETFD, FD_CLOEXEC);
}

void send_report(const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = write(report_descriptor, text.data() + done, text.size() - done);
    if (written < 0 && errno != EINTR) return;  // then the parent sees no report
    if (written > 0) done += static_cast<std::size_t>(written);
  }
}

}  // namespace zeroth::host::check
