// The host's side of plugins in worker processes.
#pragma once

#include <zeroth/abi.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "isolate/worker_process.hpp"
#include "plugins/descriptor.hpp"

namespace zeroth::host {

/// Values for create(), as they are sent.
struct CreateValues {
  CreateValues(const zeroth_value* values, std::uint64_t count);
  std::vector<std::uint64_t> integers;
  std::vector<double> reals;
  std::vector<std::string> texts;
};

/// What create() returned in the worker.
struct Created {
  zeroth_status status = ZEROTH_OK;
  std::string text;  // why not
};

/// Loads the library in the worker and creates its optimizer or suite there.  What it says that it
/// reads is said here: FilesRead.
Created create_in(WorkerProcess& worker, const Descriptor& original, const CreateValues& values);

/// Has the plugin close and destroy what it holds there.  The run has ended: a crash or a limit is
/// a warning and no more.
void destroy_in(WorkerProcess& worker, const Descriptor& original) noexcept;

/// The first integer of an answer; garbled when there is none.
std::uint64_t answered(WorkerProcess& worker, const Frame& frame);
/// The status of an answer.  reals: of which there must be that many where it is OK or DISCARD.
zeroth_status status_of(WorkerProcess& worker, const Frame& frame, std::size_t reals = 0);

/// An optimizer's table, whose functions run in workers.
struct IsolatedOptimizer : zeroth_optimizer {
  /// Both must outlive it.
  IsolatedOptimizer(const Descriptor& from, const WorkerSettings& workers);
  const Descriptor& original;
  const WorkerSettings& settings;
};

struct IsolatedProblem : zeroth_problem {
  IsolatedProblem(const Descriptor& from, const WorkerSettings& workers);
  const Descriptor& original;
  const WorkerSettings& settings;
};

}  // namespace zeroth::host
