// The log/1 service: lines of plugins, and where they go.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace zeroth::host {

/// Where the lines go.  Threads: set before plugins run; the sink may be called from any.
void set_log_sink(std::function<void(int level, const std::string&)> sink);

/// A line for that sink.  Threads: any.
void log(int level, const std::string& line);

/// The function of zeroth_log_1.  Threads: any.
void log_line(std::int32_t level, const char* line) noexcept;

}  // namespace zeroth::host
