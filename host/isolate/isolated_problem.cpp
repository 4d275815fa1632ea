// A problem in a worker: the suite and the instance live there, and are asked from here.
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "isolate/isolated.hpp"
#include "plugins/boundary.hpp"

namespace zeroth::host {
namespace {

// The values to create the suite from in every worker, and what the host has to know of it.
struct IsolatedSuite {
  const IsolatedProblem& problem;
  CreateValues values;
  std::array<std::uint64_t, 2> sizes{};  // train, test
};

/// Threads: any.
class RemoteInstance {
 public:
  explicit RemoteInstance(const IsolatedSuite& suite)
      : suite_(suite), worker_(suite.problem.settings, "problem") {}

  zeroth_status open(std::int32_t split, std::uint64_t index, zeroth_instance* out,
                     zeroth_message* message);
  void close() noexcept { destroy_in(worker_, suite_.problem.original); }

 private:
  static RemoteInstance& of(const zeroth_instance* instance) {
    return *static_cast<RemoteInstance*>(instance->plugin_data);
  }

  // One question and its answer; reals: copied where the answer has them.
  zeroth_status ask(const Outgoing& question, std::span<double> reals, zeroth_message* message) {
    const std::lock_guard lock(mutex_);
    worker_.send(question);
    const Frame answer = worker_.receive();
    const zeroth_status status = status_of(worker_, answer, reals.size());
    if (answer.reals.size() == reals.size())
      std::copy(answer.reals.begin(), answer.reals.end(), reals.begin());
    if (!answer.texts.empty()) tell(message, answer.texts[0]);
    return status;
  }

  static zeroth_status initial_point(const zeroth_instance* self, std::uint64_t seed, double* x) {
    return of(self).ask({FrameKind::initial_point, {&seed, 1}}, {x, self->dimension}, nullptr);
  }
  static zeroth_status evaluate(const zeroth_instance* self, std::uint64_t minibatch,
                                std::uint64_t n, const double* x, double* f,
                                zeroth_message* message) {
    const std::array<std::uint64_t, 2> numbers{minibatch, n};
    return of(self).ask({FrameKind::evaluate, numbers, {{x, n * self->dimension}}}, {f, n},
                        message);
  }
  static zeroth_status gradient(const zeroth_instance* self, std::uint64_t minibatch,
                                const double* x, double* g) {
    return of(self).ask({FrameKind::gradient, {&minibatch, 1}, {{x, self->dimension}}},
                        {g, self->dimension}, nullptr);
  }
  static zeroth_status measure(const zeroth_instance* self, const double* x, double* values) {
    return of(self).ask({FrameKind::measure, {}, {{x, self->dimension}}},
                        {values, of(self).metrics_.count}, nullptr);
  }
  static zeroth_status shape(const zeroth_instance* self, std::uint32_t* shape) {
    std::copy(of(self).shape_.begin(), of(self).shape_.end(), shape);
    return ZEROTH_OK;
  }
  static zeroth_status draw(const zeroth_instance* self, const double* x, double* pictures) {
    const auto [channels, height, width] = of(self).shape_;
    return of(self).ask({FrameKind::draw_pictures, {}, {{x, self->dimension}}},
                        {pictures, std::size_t{of(self).render_.count} * channels * height * width},
                        nullptr);
  }
  static std::int32_t succeeded(const zeroth_instance* self, const double* x, double loss) {
    RemoteInstance& instance = of(self);
    const std::lock_guard lock(instance.mutex_);
    instance.worker_.send({FrameKind::succeeded, {}, {{x, self->dimension}, {&loss, 1}}});
    return answered(instance.worker_, instance.worker_.receive()) != 0 ? 1 : 0;
  }
  static double optimum(const zeroth_instance* self) { return of(self).optimum_[0]; }
  static zeroth_status optimal_point(const zeroth_instance* self, double* x) {
    const std::span<const double> point = of(self).optimum_.subspan(1);
    if (point.empty()) return ZEROTH_UNSUPPORTED;
    std::copy(point.begin(), point.end(), x);
    return ZEROTH_OK;
  }
  static const void* extension(const zeroth_instance* self, const char* id) {
    static const zeroth_gradient_1 gradient_table{sizeof(zeroth_gradient_1), 0, gradient};
    static const zeroth_success_1 success_table{sizeof(zeroth_success_1), 0, succeeded};
    static const zeroth_optimum_1 optimum_table{sizeof(zeroth_optimum_1), 0, optimum,
                                                optimal_point};
    const RemoteInstance& instance = of(self);
    const std::string_view wanted(id);
    if (wanted == ZEROTH_GRADIENT_1 && instance.has_gradient_) return &gradient_table;
    if (wanted == ZEROTH_SUCCESS_1 && instance.has_success_) return &success_table;
    if (wanted == ZEROTH_OPTIMUM_1 && !instance.optimum_.empty()) return &optimum_table;
    if (wanted == ZEROTH_METRICS_1 && instance.has_metrics_) return &instance.metrics_;
    if (wanted == ZEROTH_RENDER_1 && instance.has_render_) return &instance.render_;
    return nullptr;
  }

  const IsolatedSuite& suite_;
  std::mutex mutex_;
  WorkerProcess worker_;
  std::vector<std::string> texts_;         // label; names and docs of metrics and of pictures
  std::vector<const char*> names_, docs_;  // of metrics, then of pictures
  std::vector<double> reals_;              // bounds; lowest and highest of pictures; optimum
  std::span<const double> optimum_;        // the least value, and its point where it is known
  std::array<std::uint32_t, 3> shape_{};   // of a picture
  bool has_gradient_ = false, has_success_ = false, has_metrics_ = false, has_render_ = false;
  zeroth_metrics_1 metrics_{};
  zeroth_render_1 render_{};
};

zeroth_status RemoteInstance::open(std::int32_t split, std::uint64_t index, zeroth_instance* out,
                                   zeroth_message* message) {
  const Created created = create_in(worker_, suite_.problem.original, suite_.values);
  if (created.status != ZEROTH_OK) {
    tell(message, created.text);
    return created.status;
  }
  worker_.start_clock();  // to create a suite may take longer than a run
  const std::array<std::uint64_t, 2> which{static_cast<std::uint64_t>(split), index};
  worker_.send({FrameKind::open, which});
  const Frame answer = worker_.receive();
  const auto status = static_cast<zeroth_status>(answered(worker_, answer));
  if (status != ZEROTH_OK) {
    if (!answer.texts.empty()) tell(message, answer.texts[0]);
    return status;
  }
  const auto require = [this](bool good) {
    if (!good) worker_.garbled();
  };
  const auto numbers = numbers_from<InstanceNumbers>(answer.integers);
  require(numbers && !answer.texts.empty() && answer.texts.size() % 2 == 1);
  const std::uint64_t d = numbers->dimension;
  const bool has_lower = numbers->has_lower != 0, has_upper = numbers->has_upper != 0;
  const std::uint64_t bounds = (has_lower ? d : 0) + (has_upper ? d : 0);
  const std::uint64_t named = answer.texts.size() / 2, pictures = numbers->pictures,
                      known = numbers->optimum_reals;
  require(d <= UINT32_MAX && pictures <= named && (known == 0 || known == 1 || known == 1 + d) &&
          answer.reals.size() == bounds + 2 * pictures + known);
  texts_.assign(answer.texts.begin(), answer.texts.end());
  reals_.assign(answer.reals.begin(), answer.reals.end());
  optimum_ = std::span<const double>(reals_).last(known);
  has_gradient_ = numbers->has_gradient != 0;
  has_success_ = numbers->has_success != 0;
  has_metrics_ = numbers->has_metrics != 0;
  has_render_ = numbers->has_render != 0;
  std::uint64_t picture_values = pictures;
  const std::array sides{numbers->channels, numbers->height, numbers->width};
  for (std::size_t k = 0; k < shape_.size(); ++k) {
    require(sides[k] <= UINT32_MAX &&
            (sides[k] == 0 || picture_values <= most_frame_bytes / sides[k]));
    picture_values *= sides[k];
    shape_[k] = static_cast<std::uint32_t>(sides[k]);
  }
  for (std::size_t i = 1; i < texts_.size(); i += 2) {
    names_.push_back(texts_[i].c_str());
    docs_.push_back(texts_[i + 1].c_str());
  }
  const std::uint64_t metrics = named - pictures;
  metrics_ = {sizeof(zeroth_metrics_1), static_cast<std::uint32_t>(metrics), names_.data(),
              docs_.data(), measure};
  render_ = {sizeof(zeroth_render_1),
             static_cast<std::uint32_t>(pictures),
             names_.data() + metrics,
             docs_.data() + metrics,
             reals_.data() + bounds,
             reals_.data() + bounds + pictures,
             shape,
             draw};
  out->struct_size = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(numbers->struct_size, sizeof(zeroth_instance)));
  out->dimension = static_cast<std::uint32_t>(d);
  out->label = texts_[0].c_str();
  out->lower = has_lower ? reals_.data() : nullptr;
  out->upper = has_upper ? reals_.data() + (has_lower ? d : 0) : nullptr;
  out->batch_rows = numbers->batch_rows;
  out->plugin_data = this;
  out->initial_point = initial_point;
  out->evaluate = evaluate;
  out->extension = extension;
  return ZEROTH_OK;
}

zeroth_status create(const zeroth_problem* self, const zeroth_value* values, void** suite,
                     zeroth_message* message) {
  const auto& isolated = *static_cast<const IsolatedProblem*>(self);
  auto made = std::make_unique<IsolatedSuite>(
      IsolatedSuite{isolated, CreateValues(values, self->parameter_count)});
  WorkerProcess worker(isolated.settings, "problem");
  const Created created = create_in(worker, isolated.original, made->values);
  tell(message, created.text);
  if (created.status != ZEROTH_OK) return created.status;
  for (std::uint64_t split : {ZEROTH_TRAIN, ZEROTH_TEST}) {
    worker.send({FrameKind::instance_count, {&split, 1}});
    made->sizes[split] = answered(worker, worker.receive());
  }
  *suite = made.release();
  return ZEROTH_OK;
}

void destroy(void* suite) { delete static_cast<IsolatedSuite*>(suite); }

std::uint64_t instance_count(const void* suite, std::int32_t split) {
  return static_cast<const IsolatedSuite*>(suite)->sizes[split == ZEROTH_TRAIN ? 0 : 1];
}

zeroth_status open(const void* suite, std::int32_t split, std::uint64_t index,
                   zeroth_instance* instance, zeroth_message* message) {
  auto remote = std::make_unique<RemoteInstance>(*static_cast<const IsolatedSuite*>(suite));
  const zeroth_status status = remote->open(split, index, instance, message);
  if (status == ZEROTH_OK) static_cast<void>(remote.release());
  return status;
}

void close(const void*, zeroth_instance* instance) {
  const std::unique_ptr<RemoteInstance> remote(static_cast<RemoteInstance*>(instance->plugin_data));
  remote->close();
}

}  // namespace

IsolatedProblem::IsolatedProblem(const Descriptor& from, const WorkerSettings& workers)
    : zeroth_problem(*from.problem), original(from), settings(workers) {
  struct_size = sizeof(zeroth_problem);
  threads = ZEROTH_THREADS_INSTANCE;
  create = host::create;
  destroy = host::destroy;
  instance_count = host::instance_count;
  open = host::open;
  close = host::close;
}

}  // namespace zeroth::host
