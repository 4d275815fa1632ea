// An optimizer in a worker: its solve() runs there and asks the run that the host has lent here.
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "isolate/isolated.hpp"
#include "plugins/boundary.hpp"

namespace zeroth::host {
namespace {

class Solver {
 public:
  Solver(const Descriptor& original, const WorkerSettings& settings)
      : worker_(settings, "optimizer"), original_(original) {}

  Created create(const CreateValues& values) { return create_in(worker_, original_, values); }

  zeroth_status solve(const zeroth_run* run) {
    worker_.start_clock();
    held_ = ZEROTH_OK;
    const std::size_t d = run->dimension;
    const auto values = [d](const double* x) { return std::span(x, x == nullptr ? 0 : d); };
    const SolveNumbers numbers{.dimension = d,
                               .seed = run->seed,
                               .query_budget = run->query_budget,
                               .iteration_budget = run->iteration_budget,
                               .has_lower = run->lower != nullptr,
                               .has_upper = run->upper != nullptr};
    worker_.send({FrameKind::solve,
                  integers_of(numbers),
                  {values(run->initial_point), values(run->lower), values(run->upper)}});
    for (;;) {
      const Frame frame = worker_.receive();
      if (frame.kind == FrameKind::answer) return status_of(worker_, frame);
      serve(run, frame);
    }
  }

  void destroy() noexcept { destroy_in(worker_, original_); }

 private:
  void answer(zeroth_status status, std::span<const double> reals = {}) {
    const std::array<std::uint64_t, 1> numbers{static_cast<std::uint64_t>(std::int64_t{status})};
    const bool written = status == ZEROTH_OK || status == ZEROTH_DISCARD;
    worker_.send({FrameKind::answer, numbers, {written ? reals : std::span<const double>()}});
  }
  void require(bool good) {
    if (!good) worker_.garbled();
  }

  void serve(const zeroth_run* run, const Frame& frame) {
    const std::size_t d = run->dimension;
    const std::span<const double> x = frame.reals;
    switch (frame.kind) {
      case FrameKind::ask: {
        if (held_ != ZEROTH_OK) return answer(std::exchange(held_, ZEROTH_OK));
        require(frame.integers.size() == 1 && x.size() % d == 0);
        const std::uint64_t n = frame.integers[0];
        require(n == x.size() / d);
        values_.resize(n);
        const zeroth_status status = run->evaluate(run, n, x.data(), values_.data());
        return answer(status, values_);
      }
      case FrameKind::iterate:
        require(x.size() == d);
        if (held_ != ZEROTH_OK) return answer(std::exchange(held_, ZEROTH_OK));
        return answer(run->iterate(run, x.data()));
      case FrameKind::iterated:
        require(x.size() == d && held_ == ZEROTH_OK);
        held_ = run->iterate(run, x.data());
        return;
      case FrameKind::fail:
        require(frame.texts.size() == 1);
        return run->fail(run, std::string(frame.texts[0]).c_str());
      case FrameKind::extension: {
        require(frame.texts.size() == 1);
        const std::string id(frame.texts[0]);
        const bool there =
            (id == ZEROTH_TRACE_1 && extension_of<zeroth_trace_1>(run, id.c_str())) ||
            (id == ZEROTH_DIRECTIONS_1 && extension_of<zeroth_directions_1>(run, id.c_str())) ||
            (id == ZEROTH_ESTIMATES_1 && extension_of<zeroth_estimates_1>(run, id.c_str())) ||
            (id == ZEROTH_LOSS_GRADIENT_1 && extension_of<zeroth_loss_gradient_1>(run, id.c_str()));
        return answer(there ? ZEROTH_OK : ZEROTH_UNSUPPORTED);
      }
      case FrameKind::record: {
        const auto* trace = extension_of<zeroth_trace_1>(run, ZEROTH_TRACE_1);
        require(trace != nullptr && frame.texts.size() == 1);
        return trace->record(run, std::string(frame.texts[0]).c_str(), x.size(), x.data());
      }
      case FrameKind::draw: {
        const auto* directions = extension_of<zeroth_directions_1>(run, ZEROTH_DIRECTIONS_1);
        require(directions != nullptr && frame.integers.size() == 1);
        const std::uint64_t n = frame.integers[0];
        require(n <= most_frame_bytes / sizeof(double) / d);
        values_.resize(n * d);
        const zeroth_status status = directions->draw(run, n, values_.data());
        return answer(status, values_);
      }
      case FrameKind::estimate: {
        const auto* estimates = extension_of<zeroth_estimates_1>(run, ZEROTH_ESTIMATES_1);
        require(estimates != nullptr);
        values_.resize(d);
        const zeroth_status status = estimates->next(run, values_.data());
        return answer(status, values_);
      }
      case FrameKind::loss_gradient: {
        const auto* gradient = extension_of<zeroth_loss_gradient_1>(run, ZEROTH_LOSS_GRADIENT_1);
        require(gradient != nullptr && x.size() == d);
        values_.resize(d);
        const zeroth_status status = gradient->gradient(run, x.data(), values_.data());
        return answer(status, values_);
      }
      default:
        worker_.garbled();
    }
  }

  WorkerProcess worker_;
  const Descriptor& original_;
  std::vector<double> values_;
  zeroth_status held_ = ZEROTH_OK;  // what iterate() said and the optimizer has not heard
};

zeroth_status create(const zeroth_optimizer* self, const zeroth_value* values, void** instance,
                     zeroth_message* message) {
  const auto& isolated = *static_cast<const IsolatedOptimizer*>(self);
  auto solver = std::make_unique<Solver>(isolated.original, isolated.settings);
  const Created created = solver->create(CreateValues(values, self->parameter_count));
  tell(message, created.text);
  if (created.status == ZEROTH_OK) *instance = solver.release();
  return created.status;
}

void destroy(void* instance) {
  const std::unique_ptr<Solver> solver(static_cast<Solver*>(instance));
  solver->destroy();
}

zeroth_status solve(void* instance, const zeroth_run* run) {
  return static_cast<Solver*>(instance)->solve(run);
}

const void* extension(const zeroth_optimizer*, const char*) { return nullptr; }

}  // namespace

IsolatedOptimizer::IsolatedOptimizer(const Descriptor& from, const WorkerSettings& workers)
    : zeroth_optimizer(*from.optimizer), original(from), settings(workers) {
  struct_size = sizeof(zeroth_optimizer);
  threads = ZEROTH_THREADS_INSTANCE;
  create = host::create;
  destroy = host::destroy;
  solve = host::solve;
  extension = host::extension;
}

}  // namespace zeroth::host
