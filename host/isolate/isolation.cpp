#include "isolate/isolation.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "descendants.hpp"
#include "isolate/isolated.hpp"
#include "plugins/files_read.hpp"
#include "plugins/log.hpp"

namespace zeroth::host {
namespace {

// How long one process looks for the word of another before it sleeps: to be woken takes a while,
// most of all where the core sleeps too; to look takes a core.
constexpr std::chrono::microseconds patience{2'000};

}  // namespace

struct Isolation::Isolated {
  std::optional<IsolatedOptimizer> optimizer;
  std::optional<IsolatedProblem> problem;
  Descriptor descriptor;
};

Isolation::Isolation(const Limits& limits, const std::atomic<bool>& cancel, int runs, int cores,
                     std::filesystem::path program)
    : runs_(runs), cores_(cores), settings_{std::move(program), limits, &cancel} {
  // What the workers of so many runs may take, where that is allowed.
  const rlim_t needed = 256 + 16 * static_cast<rlim_t>(runs);
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= needed) return;
  files.rlim_cur = std::min(files.rlim_max, needed);
  setrlimit(RLIMIT_NOFILE, &files);
}
Isolation::~Isolation() = default;

const Descriptor& Isolation::isolate(const Descriptor& original) {
  std::unique_ptr<Isolated>& made = isolated_[&original];
  if (made) return made->descriptor;
  adopt_orphans();  // a plugin's, to be ended with its worker
  made = std::make_unique<Isolated>();
  Descriptor& descriptor = made->descriptor = original;
  descriptor.one_at_a_time = nullptr;  // each worker has the library to itself
  descriptor.library_is_dead = nullptr;
  descriptor.training = std::nullopt;
  if (original.optimizer != nullptr) {
    descriptor.optimizer = &made->optimizer.emplace(original, settings_);
    optimizers_ = 1;
  }
  if (original.problem != nullptr) {
    descriptor.problem = &made->problem.emplace(original, settings_);
    problems_ = 1;
  }
  const int processes = runs_ * (1 + optimizers_ + problems_);
  settings_.patience = processes <= cores_ ? patience : std::chrono::microseconds(0);
  return descriptor;
}

CreateValues::CreateValues(const zeroth_value* values, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    integers.push_back(static_cast<std::uint64_t>(values[i].integer));
    reals.push_back(values[i].real);
    texts.emplace_back(values[i].name);
    texts.emplace_back(values[i].text);
  }
}

Created create_in(WorkerProcess& worker, const Descriptor& original, const CreateValues& values) {
  const auto outcome = [&]() -> Created {
    const Frame answer = worker.receive();
    const zeroth_status status = status_of(worker, answer);
    for (std::size_t i = 1; i < answer.texts.size(); ++i)
      FilesRead::add(std::string(answer.texts[i]).c_str());
    return {status, answer.texts.empty() ? "" : std::string(answer.texts[0])};
  };
  const std::string library = original.library.string();
  const std::array<std::uint64_t, 1> is_problem{original.problem != nullptr ? 1u : 0u};
  const std::array<std::string_view, 2> names{library, original.id};
  worker.send({FrameKind::load, is_problem, {}, names});
  if (Created loaded = outcome(); loaded.status != ZEROTH_OK) return loaded;
  const std::vector<std::string_view> texts(values.texts.begin(), values.texts.end());
  worker.send({FrameKind::create, values.integers, {values.reals}, texts});
  return outcome();
}

std::uint64_t answered(WorkerProcess& worker, const Frame& frame) {
  if (frame.kind != FrameKind::answer || frame.integers.empty()) worker.garbled();
  return frame.integers[0];
}

zeroth_status status_of(WorkerProcess& worker, const Frame& frame, std::size_t reals) {
  const auto status = static_cast<zeroth_status>(answered(worker, frame));
  const bool written = status == ZEROTH_OK || status == ZEROTH_DISCARD;
  if (written && frame.reals.size() != reals) worker.garbled();
  return status;
}

void destroy_in(WorkerProcess& worker, const Descriptor& original) noexcept {
  if (worker.gone()) return;  // which has been said
  try {
    worker.start_clock();
    worker.send({FrameKind::destroy});
    answered(worker, worker.receive());
  } catch (const WorkerLost& lost) {
    if (!worker.cancelled())
      log(ZEROTH_LOG_WARNING, fmt::format("{}: after its run, {}", original.id, lost.what()));
  } catch (...) {  // the process ends with us
  }
}

}  // namespace zeroth::host
