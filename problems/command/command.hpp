// Any program as the objective function.
#pragma once

#include <zeroth/problem.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "command/box.hpp"
#include "command/pool.hpp"

namespace zeroth::command {

/// What becomes of a point without a value.
struct Failure {
  bool penalised = false;  // else discarded: NaN
  double penalty = 0;
  unsigned most_in_a_row = 0;  // then the run ends
};

/// f(x) is what the program answers.
/// Threads: [any]; points that are asked at once are asked of several copies of the program.
class CommandProblem {
 public:
  CommandProblem(Pool& pool, const Box& box, std::size_t batch, Failure failure)
      : pool_(pool), box_(box), batch_(batch), failure_(failure) {}

  std::size_t dimension() const { return box_.dimension; }
  std::string label() const { return "command"; }
  std::vector<double> lower() const { return box_.lower; }
  std::vector<double> upper() const { return box_.upper; }
  /// A question is about so many points, whatever the number of threads.
  std::size_t batch_rows() const { return batch_; }
  void initial_point(std::uint64_t seed, std::span<double> x) const;
  /// DISCARD where a point failed.  Throws Error when one after the other fails, and ever after.
  zeroth_status evaluate(std::uint64_t minibatch, std::span<const double> x,
                         std::span<double> f) const;

 private:
  void note_failure(const std::string& why) const;
  void refuse_once_ended() const;
  Pool& pool_;
  const Box& box_;
  std::size_t batch_;
  Failure failure_;
  mutable std::atomic<unsigned> failed_in_a_row_{0};
  mutable std::mutex mutex_;
  mutable std::string ended_;  // why no more is asked; "": it is
};

/// One instance; all that are open share the running programs.
class CommandSuite {
 public:
  static ProblemInfo info();
  explicit CommandSuite(const Values& values);
  std::uint64_t instance_count(Split) const { return 1; }
  std::unique_ptr<CommandProblem> open(Split, std::uint64_t) const {
    return std::make_unique<CommandProblem>(*pool_, box_, batch_, failure_);
  }

 private:
  Box box_;
  std::size_t batch_;
  Failure failure_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace zeroth::command
