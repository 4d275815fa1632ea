// The process and the machine it runs on.
#pragma once

#include <atomic>
#include <string>

namespace zeroth::host {

/// Set by an interruption, once they are watched for.
std::atomic<bool>& interruption();
/// From now on SIGINT and SIGTERM set this, and a second one ends the process at once; SIGHUP sets
/// it too, unless whoever started us ignores it.
std::atomic<bool>& watch_for_interruption();

/// Said once an interruption is heard.  what: is under way, "runs".
std::string waiting_text(const std::string& what);

/// "Linux 6.1.0 x86_64, 2 cores"
std::string machine_text();
/// That this process may use: taskset and batch systems leave it some of the machine's.
int available_cores();
/// "2026-01-31T12:00:00Z"
std::string now_text();

}  // namespace zeroth::host
