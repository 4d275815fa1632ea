#include "run/evaluations.hpp"

#include <utility>

namespace zeroth::host {
namespace {

std::string bytes_of(const double* x, std::size_t d) {
  return {reinterpret_cast<const char*>(x), d * sizeof *x};
}

}  // namespace

Evaluations::Evaluations(const std::vector<Evaluation>& known) : left_(known.size()) {
  for (const Evaluation& each : known)
    known_[bytes_of(each.x.data(), each.x.size())].f.push_back(each.f);
}

bool Evaluations::recall(std::uint64_t n, std::size_t d, const double* x, double* f) {
  const std::lock_guard lock(mutex_);
  if (left_ < n) return false;
  std::vector<Values*> given;
  const auto take_back = [&] {
    for (Values* each : given) --each->given;
    return false;
  };
  for (std::uint64_t i = 0; i < n; ++i) {
    const auto found = known_.find(bytes_of(x + i * d, d));
    if (found == known_.end()) return take_back();
    Values& values = found->second;
    if (values.given == values.f.size()) return take_back();
    f[i] = values.f[values.given++];
    given.push_back(&values);
  }
  left_ -= n;
  return true;
}

void Evaluations::add(std::uint64_t query, std::uint64_t n, std::size_t d, const double* x,
                      const double* f) {
  const std::lock_guard lock(mutex_);
  for (std::uint64_t i = 0; i < n; ++i)
    added_.push_back({query == 0 ? 0 : query + i, f[i], {x + i * d, x + (i + 1) * d}});
}

std::vector<Evaluation> Evaluations::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(added_, {});
}

std::size_t Evaluations::left() const {
  const std::lock_guard lock(mutex_);
  return left_;
}

}  // namespace zeroth::host
