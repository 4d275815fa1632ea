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

  /// Whether all n points of dimension d are known, bit for bit; then f has their values.  A known
  /// value is given once, in the order that they are known in: of a noisy problem, a point has
  /// several.
  bool recall(std::uint64_t n, std::size_t d, const double* x, double* f);
  /// query  number of the first of n points; 0: none was charged
  void add(std::uint64_t query, std::uint64_t n, std::size_t d, const double* x, const double* f);
  /// What was added since the last call.
  std::vector<Evaluation> take();
  /// Values that were never recalled.
  std::size_t left() const;

 private:
  struct Values {
    std::vector<double> f;
    std::size_t given = 0;
  };
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Values> known_;  // by the bytes of x
  std::size_t left_ = 0;
  std::vector<Evaluation> added_;
};

}  // namespace zeroth::host
