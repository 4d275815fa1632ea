// What a program of the problem `command` answers.
#include <cmath>
#include <string>
#include <vector>

#include "command/dialogue.hpp"
#include "fuzz.hpp"

using namespace zeroth;

// First byte: the protocol, and the number of points.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t first = input.byte();
  const auto protocol = first < 128 ? command::Protocol::plain : command::Protocol::json;
  std::vector<double> f(1 + first % 4, -1.0);
  std::string reason;
  const auto wrong = command::read_answer(protocol, input.text(), f, reason);
  if (wrong) {
    fuzz::require(!wrong->empty() && wrong->size() < 1000 &&
                  wrong->find('\n') == std::string::npos);
  } else {
    for (const double value : f) fuzz::require(std::isfinite(value) || std::isnan(value));
  }
  fuzz::require(command::shown(reason).find('\x1b') == std::string::npos);
  return 0;
}
