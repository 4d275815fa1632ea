#include "support/process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "support/temporary_folder.hpp"
#include "support/text.hpp"

namespace zeroth::test {

ProcessResult run_zeroth(const std::vector<std::string>& arguments,
                         const std::filesystem::path& folder,
                         const std::vector<std::string>& environment,
                         std::chrono::milliseconds kill_after, int signal,
                         const std::function<bool()>& once) {
  std::vector<std::string> words{std::string(ZEROTH_BINARY_DIR) + "/bin/zeroth"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run_program(std::move(words), folder, environment, kill_after, signal, once);
}

ProcessResult run_program(std::vector<std::string> words, const std::filesystem::path& folder,
                          const std::vector<std::string>& environment,
                          std::chrono::milliseconds kill_after, int signal,
                          const std::function<bool()>& once) {
  const TemporaryFolder scratch;
  const std::string out = (scratch / "out").string(), err = (scratch / "err").string();
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    const auto redirect = [](const char* path, int descriptor) {
      const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
      dup2(file, descriptor);
    };
    redirect(out.c_str(), 1);
    redirect(err.c_str(), 2);
    if (chdir(folder.c_str()) != 0) _exit(126);
    for (const std::string& each : environment) putenv(const_cast<char*>(each.c_str()));
    execvp(argv[0], argv.data());
    _exit(127);
  }
  if (kill_after.count() > 0) {
    for (int waits = 0; once && !once() && waits < 6000; ++waits) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    std::this_thread::sleep_for(kill_after);
    kill(child, signal);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ProcessResult result;
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = read_all(out);
  result.err = read_all(err);
  return result;
}

std::vector<int> processes_with(const std::string& text) {
  std::vector<int> found;
  DIR* all = opendir("/proc");
  while (const dirent* each = readdir(all)) {
    const int id = std::atoi(each->d_name);
    if (id > 0 && has(read_all("/proc/" + std::to_string(id) + "/environ"), text))
      found.push_back(id);
  }
  closedir(all);
  return found;
}

std::vector<std::string> sanitizer_options(const std::string& more) {
  std::vector<std::string> all;
  for (const std::string name : {"ASAN_OPTIONS", "TSAN_OPTIONS"}) {
    const char* set = std::getenv(name.c_str());
    all.push_back(name + "=" + (set == nullptr ? "" : set) + ":" + more);
  }
  return all;
}

}  // namespace zeroth::test
