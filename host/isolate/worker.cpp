// The worker's side: calls the plugin as a host in one process would.
#include <zeroth/abi.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "descendants.hpp"
#include "isolate/isolation.hpp"
#include "isolate/link.hpp"
#include "plugins/boundary.hpp"
#include "plugins/files_read.hpp"
#include "plugins/log.hpp"
#include "plugins/registry.hpp"

namespace zeroth::host {
namespace {

// The worker cannot go on: the host has gone, or does not speak as it should.
[[noreturn]] void give_up(const char* why) {
  std::fprintf(stderr, "zeroth worker: %s\n", why);
  std::_Exit(3);
}

void require(bool good) {
  if (!good) give_up("the host said what makes no sense");
}

class Worker {
 public:
  Worker(void* memory, std::chrono::microseconds patience)
      : link_(memory, Link::Side::worker, patience,
              [] {
                pollfd host{worker_socket, POLLIN, 0};
                if (poll(&host, 1, 0) != 0) throw LinkBroken("the host has gone");
              }),
        host_sleeps_(patience.count() == 0) {}

  /// From any thread: a plugin may log from one of its own.
  void send(const Outgoing& frame) { send_by(&Link::send, frame); }
  /// Perhaps not before the next one.
  void enqueue(const Outgoing& frame) { send_by(&Link::enqueue, frame); }

  /// Does not return once the host has no more to ask, or is gone.
  Frame receive() {
    try {
      return link_.receive();
    } catch (const LinkBroken&) {
      std::_Exit(0);
    } catch (const std::exception& error) {
      give_up(error.what());
    }
  }

  void answer(std::uint64_t number, std::initializer_list<std::span<const double>> reals = {},
              std::string_view text = {}) {
    const std::span texts(&text, text.empty() ? 0 : 1);
    send({FrameKind::answer, {&number, 1}, reals, texts});
  }
  void answer(zeroth_status status, std::initializer_list<std::span<const double>> reals = {},
              std::string_view text = {}) {
    answer(static_cast<std::uint64_t>(std::int64_t{status}), reals, text);
  }

  /// Until the host is gone.
  [[noreturn]] void serve() {
    for (;;) {
      const Frame frame = receive();
      switch (frame.kind) {
        case FrameKind::load:
          load(frame);
          break;
        case FrameKind::create:
          create(frame);
          break;
        case FrameKind::destroy:
          destroy();
          break;
        case FrameKind::solve:
          solve(frame);
          break;
        default:
          ask_problem(frame);
      }
    }
  }

 private:
  void send_by(void (Link::*how)(const Outgoing&), const Outgoing& frame) {
    const std::lock_guard lock(sending_);
    try {
      (link_.*how)(frame);
    } catch (const std::exception& error) {  // no exception of ours enters a plugin
      give_up(error.what());
    }
  }
  void load(const Frame& frame);
  void create(const Frame& frame);
  void destroy();
  void solve(const Frame& frame);
  void ask_problem(const Frame& frame);
  void open(const Frame& frame);

  // Inside solve(): a question to the host, and its answer.
  zeroth_status ask_host(const Outgoing& question, std::span<double> reals = {}) {
    send(question);
    const Frame frame = receive();
    require(frame.kind == FrameKind::answer && frame.integers.size() == 1);
    const auto status = static_cast<zeroth_status>(frame.integers[0]);
    if (status != ZEROTH_OK && status != ZEROTH_DISCARD) return status;
    require(frame.reals.size() == reals.size());
    std::copy(frame.reals.begin(), frame.reals.end(), reals.begin());
    return status;
  }
  zeroth_status iterate(const zeroth_run* run, const double* x);
  static Worker& of(const zeroth_run* run) { return *static_cast<Worker*>(run->host_data); }
  static const void* run_extension(const zeroth_run* run, const char* id);

  Link link_;
  const bool host_sleeps_;  // while it waits for us
  std::mutex sending_;
  std::optional<Registry> registry_;
  const zeroth_optimizer* optimizer_ = nullptr;
  const zeroth_problem* problem_ = nullptr;
  void* created_ = nullptr;  // optimizer or suite; may be null though it is created
  bool is_created_ = false;
  bool opened_ = false;
  zeroth_instance instance_{};
  std::uint64_t iterations_ = 0;  // of the run
  bool has_asked_ = false;        // for values since its last iterate()
  bool is_traced_ = false;
  std::size_t picture_values_ = 0;  // of all pictures of a point
  std::vector<double> values_;
};

void Worker::load(const Frame& frame) {
  require(frame.integers.size() == 1 && frame.texts.size() == 2);
  const bool is_problem = frame.integers[0] != 0;
  const std::string library(frame.texts[0]), id(frame.texts[1]);
  set_log_sink([this](int level, const std::string& line) {
    const auto number = static_cast<std::uint64_t>(std::int64_t{level});
    const std::string_view text = line;
    send({FrameKind::log, {&number, 1}, {}, {&text, 1}});
  });
  std::string why;
  registry_.emplace(std::filesystem::path(library), [&](const std::string& text) { why = text; });
  const Descriptor* found = is_problem ? registry_->problem(id) : registry_->optimizer(id);
  if (found == nullptr)
    return answer(ZEROTH_UNSUPPORTED, {}, why.empty() ? "it has changed on disk" : why);
  optimizer_ = found->optimizer;
  problem_ = found->problem;
  answer(ZEROTH_OK);
}

void Worker::create(const Frame& frame) {
  const std::size_t n = frame.integers.size();
  require(frame.reals.size() == n && frame.texts.size() == 2 * n && !is_created_ &&
          (optimizer_ != nullptr || problem_ != nullptr));
  const std::vector<std::string> texts(frame.texts.begin(), frame.texts.end());
  std::vector<zeroth_value> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    values[i] = {texts[2 * i].c_str(), frame.reals[i], static_cast<std::int64_t>(frame.integers[i]),
                 texts[2 * i + 1].c_str()};
  }
  Message text;
  const FilesRead files;
  const zeroth_status status =
      optimizer_ != nullptr ? optimizer_->create(optimizer_, values.data(), &created_, &text.abi)
                            : problem_->create(problem_, values.data(), &created_, &text.abi);
  is_created_ = status == ZEROTH_OK;
  std::vector<std::string_view> said{text.text.data()};
  said.insert(said.end(), files.paths().begin(), files.paths().end());
  const auto number = static_cast<std::uint64_t>(std::int64_t{status});
  send({FrameKind::answer, {&number, 1}, {}, said});
}

void Worker::destroy() {
  if (opened_) problem_->close(created_, &instance_);
  if (is_created_)
    optimizer_ != nullptr ? optimizer_->destroy(created_) : problem_->destroy(created_);
  opened_ = is_created_ = false;
  answer(ZEROTH_OK);
}

void Worker::solve(const Frame& frame) {
  const auto numbers = numbers_from<SolveNumbers>(frame.integers);
  require(optimizer_ != nullptr && is_created_ && numbers);
  const std::vector<double> reals(frame.reals.begin(), frame.reals.end());
  const std::uint64_t d = numbers->dimension;
  const bool has_lower = numbers->has_lower != 0, has_upper = numbers->has_upper != 0;
  require(d > 0 && d <= UINT32_MAX &&
          reals.size() == d * (1 + (has_lower ? 1 : 0) + (has_upper ? 1 : 0)));
  zeroth_run run{};
  run.struct_size = sizeof run;
  run.dimension = static_cast<std::uint32_t>(d);
  run.initial_point = reals.data();
  run.lower = has_lower ? reals.data() + d : nullptr;
  run.upper = has_upper ? reals.data() + d * (has_lower ? 2 : 1) : nullptr;
  run.seed = numbers->seed;
  run.query_budget = numbers->query_budget;
  run.iteration_budget = numbers->iteration_budget;
  run.host_data = this;
  run.evaluate = [](const zeroth_run* r, std::uint64_t n, const double* x, double* f) {
    if (n > most_frame_bytes / sizeof(double) / r->dimension) {
      r->fail(r, "an isolated optimizer can ask for 1 GiB of points at once, not for more");
      return ZEROTH_BAD_ARGUMENT;
    }
    const zeroth_status status =
        of(r).ask_host({FrameKind::ask, {&n, 1}, {{x, n * r->dimension}}}, {f, n});
    of(r).has_asked_ = status == ZEROTH_OK || status == ZEROTH_DISCARD;
    return status;
  };
  run.iterate = [](const zeroth_run* r, const double* x) { return of(r).iterate(r, x); };
  run.fail = [](const zeroth_run* r, const char* text) {
    const std::string_view view = text == nullptr ? "" : text;
    of(r).send({FrameKind::fail, {}, {}, {&view, 1}});
  };
  run.extension = run_extension;
  iterations_ = 0;
  has_asked_ = is_traced_ = false;
  answer(optimizer_->solve(created_, &run));
}

// Does not wait for the answer where that makes no difference: the next question hears a STOP.
zeroth_status Worker::iterate(const zeroth_run* run, const double* x) {
  const bool is_last = ++iterations_ >= run->iteration_budget;
  const bool waits = is_last || is_traced_ || !std::exchange(has_asked_, false);
  const std::span point(x, run->dimension);
  if (waits) return ask_host({FrameKind::iterate, {}, {point}});
  const Outgoing frame{FrameKind::iterated, {}, {point}};
  host_sleeps_ ? enqueue(frame) : send(frame);  // one that sleeps is woken once, by the question
  return ZEROTH_OK;
}

const void* Worker::run_extension(const zeroth_run* run, const char* id) {
  static const zeroth_trace_1 trace{
      sizeof(zeroth_trace_1), 0,
      [](const zeroth_run* r, const char* name, std::uint64_t n, const double* values) {
        if (name == nullptr || values == nullptr) return;
        const std::string_view text = name;
        of(r).send({FrameKind::record, {}, {{values, n}}, {&text, 1}});
      }};
  static const zeroth_directions_1 directions{
      sizeof(zeroth_directions_1), 0, [](const zeroth_run* r, std::uint64_t n, double* u) {
        return of(r).ask_host({FrameKind::draw, {&n, 1}}, {u, n * r->dimension});
      }};
  static const zeroth_estimates_1 estimates{
      sizeof(zeroth_estimates_1), 0, [](const zeroth_run* r, double* g) {
        return of(r).ask_host({FrameKind::estimate}, {g, r->dimension});
      }};
  static const zeroth_loss_gradient_1 gradient{
      sizeof(zeroth_loss_gradient_1), 0, [](const zeroth_run* r, const double* x, double* g) {
        return of(r).ask_host({FrameKind::loss_gradient, {}, {{x, r->dimension}}},
                              {g, r->dimension});
      }};
  const std::string_view wanted = id;
  const void* table = wanted == ZEROTH_TRACE_1           ? static_cast<const void*>(&trace)
                      : wanted == ZEROTH_DIRECTIONS_1    ? static_cast<const void*>(&directions)
                      : wanted == ZEROTH_ESTIMATES_1     ? static_cast<const void*>(&estimates)
                      : wanted == ZEROTH_LOSS_GRADIENT_1 ? static_cast<const void*>(&gradient)
                                                         : nullptr;
  if (table == nullptr) return nullptr;
  if (of(run).ask_host({FrameKind::extension, {}, {}, {&wanted, 1}}) != ZEROTH_OK) return nullptr;
  if (table == &trace) of(run).is_traced_ = true;
  return table;
}

void Worker::open(const Frame& frame) {
  require(frame.integers.size() == 2 && is_created_ && !opened_);
  Message text;
  instance_ = {};
  instance_.struct_size = sizeof instance_;
  const zeroth_status status =
      problem_->open(created_, static_cast<std::int32_t>(frame.integers[0]), frame.integers[1],
                     &instance_, &text.abi);
  if (status != ZEROTH_OK) return answer(status, {}, text.text.data());
  opened_ = true;
  const zeroth_instance& i = instance_;
  // One that is not filled in is as good as one without a size: the host refuses both.
  const bool whole = i.struct_size >= sizeof i && i.dimension > 0 && i.initial_point != nullptr &&
                     i.evaluate != nullptr;
  const auto* metrics =
      whole ? extension_of<zeroth_metrics_1>(&instance_, ZEROTH_METRICS_1) : nullptr;
  const auto* render = whole ? extension_of<zeroth_render_1>(&instance_, ZEROTH_RENDER_1) : nullptr;
  std::array<std::uint32_t, 3> shape{};
  if (render != nullptr && render->shape(&i, shape.data()) != ZEROTH_OK) render = nullptr;
  picture_values_ = std::size_t{shape[0]} * shape[1] * shape[2] * (render ? render->count : 0);
  std::vector<std::string_view> texts{whole && i.label != nullptr ? i.label : ""};
  const auto name = [&texts](const auto* table) {
    for (std::uint32_t k = 0; table != nullptr && k < table->count; ++k) {
      texts.emplace_back(table->names[k]);
      texts.emplace_back(table->docs[k]);
    }
  };
  name(metrics);
  name(render);
  const auto bound = [&](const double* values) {
    return std::span(values, whole && values != nullptr ? i.dimension : 0);
  };
  const auto* optimum =
      whole ? extension_of<zeroth_optimum_1>(&instance_, ZEROTH_OPTIMUM_1) : nullptr;
  std::vector<double> known;  // the least value, and its point
  if (optimum != nullptr) {
    known.resize(1 + std::size_t{i.dimension});
    known[0] = optimum->value(&i);
    if (optimum->point(&i, known.data() + 1) != ZEROTH_OK) known.resize(1);
  }
  const InstanceNumbers numbers{
      .status = static_cast<std::uint64_t>(ZEROTH_OK),
      .struct_size = whole ? sizeof i : 0,
      .dimension = i.dimension,
      .batch_rows = i.batch_rows,
      .has_lower = !bound(i.lower).empty(),
      .has_upper = !bound(i.upper).empty(),
      .has_gradient =
          whole && extension_of<zeroth_gradient_1>(&instance_, ZEROTH_GRADIENT_1) != nullptr,
      .has_success =
          whole && extension_of<zeroth_success_1>(&instance_, ZEROTH_SUCCESS_1) != nullptr,
      .has_metrics = metrics != nullptr,
      .has_render = render != nullptr,
      .pictures = render != nullptr ? render->count : 0,
      .channels = shape[0],
      .height = shape[1],
      .width = shape[2],
      .optimum_reals = known.size()};
  const auto range = [&](const double* values) {
    return std::span(values, render != nullptr ? render->count : 0);
  };
  send({FrameKind::answer,
        integers_of(numbers),
        {bound(i.lower), bound(i.upper), range(render != nullptr ? render->lowest : nullptr),
         range(render != nullptr ? render->highest : nullptr), known},
        texts});
}

void Worker::ask_problem(const Frame& frame) {
  require(problem_ != nullptr && is_created_);
  const auto number = [&](std::size_t i) {
    require(i < frame.integers.size());
    return frame.integers[i];
  };
  if (frame.kind == FrameKind::instance_count) {
    return answer(problem_->instance_count(created_, static_cast<std::int32_t>(number(0))));
  }
  if (frame.kind == FrameKind::open) return open(frame);
  require(opened_);
  const std::size_t d = instance_.dimension;
  const double* x = frame.reals.data();
  const auto values = [this](std::size_t n) {
    values_.resize(n);
    return values_.data();
  };
  switch (frame.kind) {
    case FrameKind::initial_point: {
      const zeroth_status status = instance_.initial_point(&instance_, number(0), values(d));
      return answer(status, {values_});
    }
    case FrameKind::evaluate: {
      const std::uint64_t n = number(1);
      require(frame.reals.size() == n * d);
      Message text;
      const zeroth_status status =
          instance_.evaluate(&instance_, number(0), n, x, values(n), &text.abi);
      return answer(status, {values_}, text.text.data());
    }
    case FrameKind::gradient: {
      require(frame.reals.size() == d);
      const auto* table = extension_of<zeroth_gradient_1>(&instance_, ZEROTH_GRADIENT_1);
      require(table != nullptr);
      const zeroth_status status = table->gradient(&instance_, number(0), x, values(d));
      return answer(status, {values_});
    }
    case FrameKind::measure: {
      require(frame.reals.size() == d);
      const auto* table = extension_of<zeroth_metrics_1>(&instance_, ZEROTH_METRICS_1);
      require(table != nullptr);
      const zeroth_status status = table->measure(&instance_, x, values(table->count));
      return answer(status, {values_});
    }
    case FrameKind::draw_pictures: {
      require(frame.reals.size() == d);
      const auto* table = extension_of<zeroth_render_1>(&instance_, ZEROTH_RENDER_1);
      require(table != nullptr);
      const zeroth_status status = table->draw(&instance_, x, values(picture_values_));
      return answer(status, {values_});
    }
    case FrameKind::succeeded: {
      require(frame.reals.size() == d + 1);
      const auto* table = extension_of<zeroth_success_1>(&instance_, ZEROTH_SUCCESS_1);
      require(table != nullptr);
      return answer(std::uint64_t{table->succeeded(&instance_, x, x[d]) != 0});
    }
    default:
      require(false);
  }
}

}  // namespace

int serve_worker(long parent, long patience) {
  // The host may have died before this line.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) return 3;
  adopt_orphans();  // until we end: then they are the host's
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);  // the host's
  const rlimit no_core{1, 1};  // 0 would still start a handler of core files
  setrlimit(RLIMIT_CORE, &no_core);
  void* memory =
      mmap(nullptr, Link::memory_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, worker_memory, 0);
  if (memory == MAP_FAILED) return 3;
  close(worker_memory);
  fcntl(worker_socket, F_SETFD, FD_CLOEXEC);  // open for as long as we are here
  // Never destroyed: threads of the plugin may still log.
  auto* worker = new Worker(memory, std::chrono::microseconds(patience));
  worker->serve();
}

}  // namespace zeroth::host
