// Something done in another process first, which may not survive it.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace zeroth::host {

/// Does it in a fork of this process and says how that ended: "killed by SIGSEGV (Segmentation
/// fault)", "exit code 1", "did not end within 30 s".  Empty: it returned or threw.
/// What it prints there is lost, and its process group is ended.  when_slow: called here once,
/// after five seconds.  Throws std::runtime_error where no process can be started.
/// Threads: only while this process has no other, or the fork may never get a lock.
std::string end_in_fork(const std::function<void()>& act, std::chrono::milliseconds patience,
                        const std::function<void()>& when_slow);

}  // namespace zeroth::host
