// Every point that a run has asked the problem for, with its value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace zeroth::host {

struct Evaluation {
  std::uint64_t query = 0;  // its number among those charged, from 1; 0: it was not charged
  double f = 0;             // NaN: the point failed
  std::vector<double> x;
};

/// What a run asks a deterministic problem, as the answers come; and answers that are known from
/// before, which the problem need not give again.  The same run, begun once more with the
/// evaluations of its first part, asks nothing anew until it is past that part.
///
/// Threads: any.
class Evaluations {
 public:
  Evaluations() = default;
  explicit Evaluations(const std::vector<Evaluation>& known);

  /// Whether all n points of dimension d are known, bit for bit; then f has their values, else it
  /// is left alone.  A value is given once, in the order that they are known in, since a noisy
  /// problem has several for a point; and first to the kind of question that it was an answer to.
  /// One that is not charged may borrow the value of one that is.
  ///
  /// query  as of add()
  bool recall(std::uint64_t query, std::uint64_t n, std::size_t d, const double* x, double* f);
  /// query  number of the first of n points; 0: none was charged
  void add(std::uint64_t query, std::uint64_t n, std::size_t d, const double* x, const double* f);
  /// What was added since the last call.
  std::vector<Evaluation> take();
  /// Answers to charged questions that were never given.
  std::size_t left() const;

 private:
  struct Values {
    std::vector<double> f;
    std::size_t given = 0;
    bool any_left() const { return given < f.size(); }
  };
  struct Known {
    Values charged, not_charged;
  };
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Known> known_;  // by the bytes of x
  std::vector<Evaluation> added_;
};

}  // namespace zeroth::host
