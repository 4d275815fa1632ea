// A worker process, seen from the host.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "awake_clock.hpp"
#include "isolate/link.hpp"
#include "run/worker_lost.hpp"
#include "spec/experiment.hpp"

namespace zeroth::host {

/// How workers are started, and when they are ended.
struct WorkerSettings {
  std::filesystem::path program;              // that becomes a worker when started as one
  Limits limits;                              // of one process
  const std::atomic<bool>* cancel = nullptr;  // once set, whoever waits for a worker gives up
  std::chrono::microseconds patience{0};      // of both sides: see Link
};

/// The descriptors that a worker is born with, beside the standard streams.
inline constexpr int worker_socket = 3, worker_memory = 4;

/// One process, in a process group of its own.  It dies with this object, and with the host.
/// Its standard output and error are read here, and the end of them is kept.
/// Threads: one.
class WorkerProcess {
 public:
  /// plugin  "optimizer" or "problem", for messages.
  /// Throws std::runtime_error when the system gives no process.
  WorkerProcess(const WorkerSettings& settings, std::string plugin);
  /// Kills it if it is still there, and all that it has started.
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  /// The limit of time counts from now.
  void start_clock() { started_ = Clock::now(); }

  /// Both throw WorkerLost when the process is gone, over a limit, or no longer wanted.
  void send(const Outgoing& frame);
  Frame receive();
  /// Whether one of them has thrown: nobody answers any more.
  bool gone() const { return gone_; }
  /// Whether workers are no longer wanted.
  bool cancelled() const;
  /// What it said makes no sense: its memory is damaged.
  [[noreturn]] void garbled();

 private:
  using Clock = AwakeClock;
  class File {
   public:
    explicit File(int number = -1) : number_(number) {}
    ~File();
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    void reset(int number);
    int get() const { return number_; }

   private:
    int number_;
  };
  void spawn(int socket, int memory, int errors);
  bool time_to_look();
  void look();
  void look_idly();
  void drain();
  void end() const;
  [[noreturn]] void lost(Outcome outcome, const std::string& what);
  [[noreturn]] void broken(const std::string& what);

  const WorkerSettings& settings_;
  const std::string plugin_;
  File socket_, errors_, process_;  // process_: becomes readable when it ends
  struct Unmap {
    void operator()(void* memory) const;
  };
  std::unique_ptr<void, Unmap> memory_;
  pid_t id_ = -1;
  const std::string mark_;  // in its environment, and so in that of what it starts
  bool gone_ = false, ended_ = false;
  Clock::time_point started_ = Clock::now(), looked_{};  // at it
  std::uint32_t received_ = 0;
  std::string said_;  // the end of its standard error
  std::optional<Link> link_;
};

}  // namespace zeroth::host
