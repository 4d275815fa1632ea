#include <descendants.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "support/catch.hpp"

using namespace zeroth::host;

namespace {

pid_t forked(void (*does)()) {
  const pid_t child = fork();
  if (child == 0) {
    does();
    _exit(3);
  }
  return child;
}

}  // namespace

TEST_CASE("orphans that have ended are reaped, and children that are waited for are not",
          "[descendants]") {
  adopt_orphans();
  REQUIRE(children().empty());
  const pid_t leader = forked([] {
    setpgid(0, 0);
    if (fork() == 0) usleep(50'000);  // outlives its parent
  });
  waitpid(leader, nullptr, 0);
  const pid_t ours = forked([] {});
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  REQUIRE(children().size() == 2);
  const pid_t dead = forked([] {});
  waitpid(dead, nullptr, 0);
  end_descendants(dead, new_mark());
  CHECK(children() == std::vector<pid_t>{ours});
  int status = 0;
  CHECK(waitpid(ours, &status, 0) == ours);
  CHECK(death_of(status) == "exit code 3");
}
