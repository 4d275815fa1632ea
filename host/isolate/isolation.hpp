// Plugins in processes of their own, behind the same boundary.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>

#include "isolate/worker_process.hpp"
#include "plugins/descriptor.hpp"
#include "spec/experiment.hpp"

namespace zeroth::host {

/// Makes of a descriptor one that looks the same, and whose functions run in a worker process: one
/// for each optimizer that is created, one for each instance that is opened.  So no run can reach
/// another, nor see what an earlier one left behind.
///
/// The functions behind such a descriptor throw WorkerLost when the process is gone; those that
/// destroy and close do not throw.  Training is not offered.  An instance answers one call at a
/// time.
/// Must outlive all that is made from its descriptors.  Threads: isolate() alone, the rest any.
class Isolation {
 public:
  /// cancel   once set, calls that wait for a worker throw.
  /// runs     as many as there will be at once.
  /// cores    that this process may use: where all processes of the runs find one of their own,
  ///          they wait for each other awake.
  /// program  becomes a worker when it is started as `program worker PARENT PATIENCE`:
  ///          serve_worker().
  Isolation(const Limits& limits, const std::atomic<bool>& cancel, int runs, int cores,
            std::filesystem::path program = "/proc/self/exe");
  ~Isolation();
  Isolation(const Isolation&) = delete;
  Isolation& operator=(const Isolation&) = delete;

  /// The same for the same descriptor, which must outlive this.
  const Descriptor& isolate(const Descriptor& original);

 private:
  struct Isolated;
  const int runs_, cores_;
  int optimizers_ = 0, problems_ = 0;  // 1: some are isolated, so each run has a worker for its own
  WorkerSettings settings_;
  std::map<const Descriptor*, std::unique_ptr<Isolated>> isolated_;
};

/// Of `zeroth worker PARENT PATIENCE`, which a host has started: answers what comes over the link
/// until the host is gone.  patience  microseconds: see Link.  Returns the exit code.
int serve_worker(long parent, long patience);

}  // namespace zeroth::host
