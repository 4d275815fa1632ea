#include "plugins/log.hpp"

#include <utility>

namespace zeroth::host {
namespace {

std::function<void(int, const std::string&)>& log_sink() {
  static std::function<void(int, const std::string&)> sink;
  return sink;
}

}  // namespace

void set_log_sink(std::function<void(int, const std::string&)> sink) {
  log_sink() = std::move(sink);
}

void log(int level, const std::string& line) {
  if (log_sink()) log_sink()(level, line);
}

void log_line(std::int32_t level, const char* line) noexcept {
  try {
    log(level, line == nullptr ? "" : line);
  } catch (...) {  // a line is lost, but no exception enters a plugin
  }
}

}  // namespace zeroth::host
