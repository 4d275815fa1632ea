#include <in_fork.hpp>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using zeroth::host::end_in_fork;

namespace {

std::string end_of(const std::function<void()>& act) {
  return end_in_fork(act, 20s, [] { FAIL("slow"); });
}

}  // namespace

TEST_CASE("how a fork ends is said, and nothing of one that comes back", "[in_fork]") {
  CHECK(end_of([] {}).empty());
  CHECK(end_of([] { throw std::runtime_error("said by who does it in earnest"); }).empty());
  CHECK(end_of([] { _exit(0); }) == "exit code 0");
  CHECK(end_of([] { _exit(3); }) == "exit code 3");
  CHECK(end_of([] { std::raise(SIGKILL); }) == "killed by SIGKILL (Killed)");
  CHECK(end_of([] {
          for (int each = 0; each < 1000; ++each) close(each);
          _exit(4);
        }) == "exit code 4");
}

TEST_CASE("a fork that hangs is ended with what it has started", "[in_fork]") {
  const auto start = std::chrono::steady_clock::now();
  const std::string end = end_in_fork(
      [] {
        if (fork() == 0) pause();
        pause();
      },
      200ms, [] { FAIL("slow"); });
  CHECK(end == "did not end within 0.2 s");
  CHECK(std::chrono::steady_clock::now() - start < 5s);
}
