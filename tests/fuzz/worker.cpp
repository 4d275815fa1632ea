// What a worker says, and what the host makes of it: an optimizer that is solved with, and a
// problem that is opened and asked.
#include <zeroth/abi.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "fuzz.hpp"
#include "isolate/isolation.hpp"
#include "plugins/boundary.hpp"
#include "plugins/instances.hpp"
#include "support/fake_run.hpp"
#include "user_error.hpp"

using namespace zeroth;

// ---- A worker process that says what the input holds: in place of worker_process.cpp

namespace zeroth::host {
namespace {

constexpr std::uint64_t most_drawn = 100'000;  // by draw: up to 1 GiB is allowed, and slow

// Frames one after the other, whoever asks.
struct Script {
  fuzz::Input input{nullptr, 0};
  std::vector<std::byte> frame;
} script;

}  // namespace

WorkerProcess::WorkerProcess(const WorkerSettings& settings, std::string plugin)
    : settings_(settings), plugin_(std::move(plugin)) {}
WorkerProcess::~WorkerProcess() = default;
WorkerProcess::File::~File() = default;
void WorkerProcess::Unmap::operator()(void*) const {}
void WorkerProcess::send(const Outgoing& frame) {
  fuzz::require(body_size(header_of(frame)).has_value());
}
bool WorkerProcess::cancelled() const { return false; }
void WorkerProcess::garbled() { throw WorkerLost(Outcome::crashed, "garbled"); }

Frame WorkerProcess::receive() {
  FrameHeader header;
  const auto first = script.input.take(sizeof header);
  if (first.size() < sizeof header) garbled();
  std::memcpy(&header, first.data(), sizeof header);
  const auto size = body_size(header);
  if (!size) garbled();
  const auto body = script.input.take(*size);
  script.frame.resize(sizeof header + body.size());
  std::memcpy(script.frame.data(), first.data(), sizeof header);
  if (!body.empty()) std::memcpy(script.frame.data() + sizeof header, body.data(), body.size());
  const auto frame = decode(script.frame);
  if (!frame) garbled();
  if (frame->kind == FrameKind::draw && !frame->integers.empty() && frame->integers[0] > most_drawn)
    garbled();
  return *frame;
}

}  // namespace zeroth::host

// ---- The host that talks to it

namespace {

using namespace zeroth::host;

struct Plugins {
  Plugins() {
    optimizer.id = problem.id = "scripted";
    optimizer.optimizer = &optimizer_table;
    problem.problem = &problem_table;
  }
  zeroth_optimizer optimizer_table{};
  zeroth_problem problem_table{};
  Descriptor optimizer, problem;
  Limits limits;
  std::atomic<bool> cancel{false};
  Isolation isolation{limits, cancel, 1, 1};
};

void solve(Plugins& plugins) {
  const Optimizer optimizer(plugins.isolation.isolate(plugins.optimizer), {}, "here");
  test::FakeRun run({.objective = test::quadratic,
                     .start = {0.5, 0.25},
                     .lower = {-1, -1},
                     .upper = {1, 1},
                     .query_budget = 100,
                     .iteration_budget = 20,
                     .gradient =
                         [](auto x, auto g) {
                           std::copy(x.begin(), x.end(), g.begin());
                           return true;
                         },
                     .directions = std::vector<double>(12, 0.5)});
  optimizer.solve(*run.abi());
}

void ask(Plugins& plugins) {
  const Suite suite(plugins.isolation.isolate(plugins.problem), {}, "here");
  static_cast<void>(suite.size(Split::test));
  const Instance instance(suite, Split::test, 1);
  const std::size_t d = instance.dimension();
  if (d > 100) return;  // a plugin may say so
  double sum = static_cast<double>(std::strlen(instance->label));
  for (const double* bound : {instance->lower, instance->upper}) {
    for (std::size_t j = 0; bound != nullptr && j < d; ++j) sum += bound[j];
  }
  std::vector<double> x(2 * d, 0.5), f(2), g(d);
  instance->initial_point(&instance.abi(), 1, x.data());
  Message message;
  instance->evaluate(&instance.abi(), ZEROTH_FULL_DATA, 2, x.data(), f.data(), &message.abi);
  if (const auto* gradient = instance.gradient())
    gradient->gradient(&instance.abi(), ZEROTH_FULL_DATA, x.data(), g.data());
  if (const auto* optimum = instance.optimum()) {
    sum += optimum->value(&instance.abi());
    optimum->point(&instance.abi(), g.data());
  }
  if (const auto* success = instance.success()) success->succeeded(&instance.abi(), x.data(), f[0]);
  if (const auto* metrics = instance.metrics()) {
    for (std::uint32_t i = 0; i < metrics->count; ++i)
      sum += static_cast<double>(std::strlen(metrics->names[i]) + std::strlen(metrics->docs[i]));
    std::vector<double> values(metrics->count);
    metrics->measure(&instance.abi(), x.data(), values.data());
  }
  if (const auto* render = instance.render()) {
    std::array<std::uint32_t, 3> sides{};
    render->shape(&instance.abi(), sides.data());
    double values = render->count;
    for (const std::uint32_t side : sides) values *= side;
    if (values > 1000) return;
    std::vector<double> pictures(static_cast<std::size_t>(values));
    render->draw(&instance.abi(), x.data(), pictures.data());
    for (std::uint32_t i = 0; i < render->count; ++i)
      sum += render->lowest[i] + render->highest[i] +
             static_cast<double>(std::strlen(render->names[i]) + std::strlen(render->docs[i]));
  }
  static_cast<void>(sum);
}

}  // namespace

// First byte: optimizer or problem.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Plugins plugins;
  script.input = fuzz::Input(data, size);
  const bool is_problem = script.input.byte() % 2 != 0;
  try {
    is_problem ? ask(plugins) : solve(plugins);
  } catch (const UserError&) {           // not created
  } catch (const std::runtime_error&) {  // not opened, or WorkerLost
  }
  return 0;
}
