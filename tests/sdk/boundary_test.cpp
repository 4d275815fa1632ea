// The C form of what an author writes in C++: negotiation, descriptors, exceptions.
#include <zeroth/optimizer.hpp>
#include <zeroth/problem.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

#include "support/catch.hpp"
#include "support/fake_run.hpp"
#include "support/plugin_library.hpp"

using namespace zeroth::test;

extern "C" std::uint32_t abi_major_in_c(void);

namespace {

// Throws what `what` says, in create or in solve.
[[noreturn]] void throw_a(const std::string& what) {
  if (what == "error") throw zeroth::Error("wrong, do this instead", ZEROTH_UNSUPPORTED);
  if (what == "bad_alloc") throw std::bad_alloc();
  if (what == "exception") throw std::runtime_error("a runtime error");
  throw 42;
}

class Thrower {
 public:
  static zeroth::OptimizerInfo info() {
    return {
        .id = "thrower",
        .name = "Thrower",
        .version = "1",
        .doc = "Throws.",
        .parameters = {
            zeroth::choice("where", {"nowhere", "create", "solve"}, "when it throws"),
            zeroth::choice("what", {"error", "bad_alloc", "exception", "int"}, "what it throws")}};
  }
  explicit Thrower(const zeroth::Values& values)
      : where_(values.text("where")), what_(values.text("what")) {
    if (where_ == "create") throw_a(what_);
  }
  void solve(zeroth::Run&) const {
    if (where_ == "solve") throw_a(what_);
  }
  static const void* extension(const char* id) {
    return std::string(id) == "mine/1" ? "mine" : nullptr;
  }

 private:
  std::string where_, what_;
};

class Sum {  // sum of x, which must not be negative
 public:
  std::size_t dimension() const { return 2; }
  void initial_point(std::uint64_t seed, std::span<double> x) const {
    std::fill(x.begin(), x.end(), static_cast<double>(seed));
  }
  void evaluate(std::uint64_t minibatch, std::span<const double> x, std::span<double> f) const {
    for (std::size_t i = 0; i < f.size(); ++i) {
      f[i] = x[2 * i] + x[2 * i + 1] + static_cast<double>(minibatch);
      if (f[i] < 0) throw std::runtime_error("below zero");
    }
  }
  std::vector<double> lower() const { return {-5.0, -5.0}; }
  bool succeeded(std::span<const double>, double loss) const { return loss == 0; }
  static std::vector<zeroth::Metric> metrics() { return {{"first", "the first coordinate"}}; }
  void measure(std::span<const double> x, std::span<double> values) const { values[0] = x[0]; }
  static std::vector<zeroth::Picture> pictures() {
    return {{"as it is", "x", -5, 5}, {"doubled", "2 x", -10, 10}};
  }
  zeroth::PictureShape picture_shape() const { return {1, 2, 1}; }
  void draw(std::span<const double> x, std::span<double> pictures) const {
    for (std::size_t i = 0; i < 4; ++i) pictures[i] = (i < 2 ? 1 : 2) * x[i % 2];
  }
};

class Sums {
 public:
  static zeroth::ProblemInfo info() {
    return {.id = "sums", .name = "Sums", .version = "1", .doc = "Sums."};
  }
  explicit Sums(const zeroth::Values&) {}
  std::uint64_t instance_count(zeroth::Split split) const {
    return split == zeroth::Split::train ? 0 : 3;
  }
  std::unique_ptr<Sum> open(zeroth::Split, std::uint64_t) const { return std::make_unique<Sum>(); }
};

zeroth_library blank() {
  zeroth_library library{};
  library.struct_size = sizeof library;
  return library;
}

zeroth_library negotiated() {
  zeroth_library library = blank();
  REQUIRE(zeroth_negotiate(&fake_host(), &library) == ZEROTH_OK);
  return library;
}

// create() of the thrower: status and message.
std::pair<zeroth_status, std::string> create(const std::string& what, void** instance,
                                             std::uint64_t capacity = 100) {
  const zeroth_optimizer& thrower = *negotiated().optimizers[0];
  const ValueTable<zeroth_optimizer> values(thrower, {{"where", "create"}, {"what", what}});
  std::array<char, 100> text{};
  zeroth_message message{text.data(), capacity};
  const zeroth_status status = thrower.create(&thrower, values.data(), instance, &message);
  return {status, text.data()};
}

}  // namespace

ZEROTH_LIBRARY("boundary-test", "1.2.3", zeroth::optimizer<Thrower>(), zeroth::problem<Sums>())

TEST_CASE("the boundary is of one major in C and in C++", "[boundary]") {
  CHECK(abi_major_in_c() == ZEROTH_ABI_MAJOR);
}

TEST_CASE("negotiation answers with the descriptors, every time alike", "[boundary]") {
  const zeroth_library first = negotiated(), second = negotiated();
  CHECK(first.abi_major == 1);
  CHECK(first.abi_minor == 0);
  CHECK(std::string(first.name) == "boundary-test");
  CHECK(std::string(first.version) == "1.2.3");
  REQUIRE(first.optimizer_count == 1);
  REQUIRE(first.problem_count == 1);
  CHECK(std::string(first.optimizers[0]->id) == "thrower");
  CHECK(std::string(first.problems[0]->id) == "sums");
  CHECK(std::memcmp(&first, &second, sizeof first) == 0);
}

TEST_CASE("a host of other majors is refused and told which one is needed", "[boundary]") {
  for (const auto& [min, max] : {std::pair{2u, 3u}, std::pair{0u, 0u}}) {
    zeroth_host host = fake_host();
    host.abi_major_min = min;
    host.abi_major_max = max;
    zeroth_library library = blank();
    CHECK(zeroth_negotiate(&host, &library) == ZEROTH_UNSUPPORTED);
    CHECK(library.abi_major == 1);
    CHECK(library.name == nullptr);
    CHECK(library.optimizers == nullptr);
  }
}

TEST_CASE("a host that also speaks later majors and minors is answered in ours", "[boundary]") {
  zeroth_host host = fake_host();
  host.abi_major_max = 3;
  host.abi_minor = 7;
  zeroth_library library = blank();
  CHECK(zeroth_negotiate(&host, &library) == ZEROTH_OK);
  CHECK(library.abi_major == 1);
  CHECK(library.abi_minor == 0);
}

TEST_CASE("of a longer answer than ours the rest is left alone, a shorter one is refused",
          "[boundary]") {
  struct {
    zeroth_library library;
    std::uint64_t later;
  } longer{blank(), 99};
  longer.library.struct_size = sizeof longer;
  CHECK(zeroth_negotiate(&fake_host(), &longer.library) == ZEROTH_OK);
  CHECK(longer.library.struct_size == sizeof(zeroth_library));
  CHECK(longer.later == 99);

  zeroth_library shorter = blank();
  shorter.struct_size = offsetof(zeroth_library, problem_count);
  CHECK(zeroth_negotiate(&fake_host(), &shorter) == ZEROTH_UNSUPPORTED);
  CHECK(shorter.abi_major == 1);
  CHECK(shorter.name == nullptr);
}

TEST_CASE("what create() throws becomes a status and a message", "[boundary]") {
  static int address = 0;
  void* const untouched = &address;
  const auto expect = [&](const char* what, zeroth_status status, const std::string& text) {
    INFO(what);
    void* instance = untouched;
    CHECK(create(what, &instance) == std::pair{status, text});
    CHECK(instance == untouched);
  };
  expect("error", ZEROTH_UNSUPPORTED, "wrong, do this instead");
  expect("bad_alloc", ZEROTH_OUT_OF_MEMORY, "out of memory");
  expect("exception", ZEROTH_INSTANCE_DEAD, "a runtime error");
  expect("int", ZEROTH_INSTANCE_DEAD, "an exception that is no std::exception");
}

TEST_CASE("a message is cut to the buffer, and none is no crash", "[boundary]") {
  void* instance = nullptr;
  CHECK(create("error", &instance, 6).second == "wrong");
  CHECK(create("error", &instance, 0).second.empty());
  const zeroth_optimizer& thrower = *negotiated().optimizers[0];
  const ValueTable<zeroth_optimizer> values(thrower, {{"where", "create"}});
  CHECK(thrower.create(&thrower, values.data(), &instance, nullptr) == ZEROTH_UNSUPPORTED);
}

TEST_CASE("what solve() throws becomes a status and a reason given to the host", "[boundary]") {
  const zeroth_optimizer& thrower = *negotiated().optimizers[0];
  const auto expect = [&](const char* what, zeroth_status status, const std::string& text) {
    INFO(what);
    const auto instance = make(thrower, {{"where", "solve"}, {"what", what}});
    RunSettings settings;
    settings.start = {0.0};
    FakeRun run(settings);
    CHECK(thrower.solve(instance.get(), run.abi()) == status);
    CHECK(run.failure() == text);
  };
  expect("error", ZEROTH_UNSUPPORTED, "wrong, do this instead");
  expect("bad_alloc", ZEROTH_OUT_OF_MEMORY, "out of memory");
  expect("exception", ZEROTH_INSTANCE_DEAD, "a runtime error");
  expect("int", ZEROTH_INSTANCE_DEAD, "an exception that is no std::exception");
}

TEST_CASE("extensions of an optimizer are found by id", "[boundary]") {
  const zeroth_optimizer& thrower = *negotiated().optimizers[0];
  CHECK(thrower.extension(&thrower, "mine/1") != nullptr);
  CHECK(thrower.extension(&thrower, "mine/2") == nullptr);
}

TEST_CASE("a problem written in C++ answers through the boundary", "[boundary]") {
  const zeroth_problem& sums = *negotiated().problems[0];
  const auto suite = make(sums);
  CHECK(sums.instance_count(suite.get(), ZEROTH_TRAIN) == 0);
  CHECK(sums.instance_count(suite.get(), ZEROTH_TEST) == 3);
  const OpenProblem instance(sums, suite.get(), ZEROTH_TEST, 2);
  CHECK(instance->struct_size == sizeof(zeroth_instance));
  CHECK(instance->dimension == 2);
  CHECK(std::string(instance->label) == "2");
  REQUIRE(instance->lower != nullptr);
  CHECK(instance->lower[1] == -5.0);
  CHECK(instance->upper == nullptr);

  std::array<double, 4> x{};
  CHECK(instance->initial_point(&*instance, 3, x.data()) == ZEROTH_OK);
  CHECK(x == std::array<double, 4>{3.0, 3.0, 0.0, 0.0});
  std::array<double, 2> f{};
  CHECK(instance->evaluate(&*instance, 4, 2, x.data(), f.data(), nullptr) == ZEROTH_OK);
  CHECK(f == std::array<double, 2>{10.0, 4.0});

  x = {-1.0, 0.0, 0.0, 0.0};
  std::array<char, 100> text{};
  zeroth_message message{text.data(), text.size()};
  CHECK(instance->evaluate(&*instance, 0, 1, x.data(), f.data(), &message) == ZEROTH_INSTANCE_DEAD);
  CHECK(std::string(text.data()) == "below zero");
}

TEST_CASE("a problem offers the extensions its author wrote and no others", "[boundary]") {
  const zeroth_problem& sums = *negotiated().problems[0];
  const auto suite = make(sums);
  const OpenProblem instance(sums, suite.get(), ZEROTH_TEST, 0);
  CHECK(instance->extension(&*instance, ZEROTH_GRADIENT_1) == nullptr);
  const std::array<double, 2> x{7.0, -7.0};
  const auto* metrics =
      static_cast<const zeroth_metrics_1*>(instance->extension(&*instance, ZEROTH_METRICS_1));
  REQUIRE(metrics != nullptr);
  REQUIRE(metrics->count == 1);
  CHECK(std::string(metrics->names[0]) == "first");
  double value = 0;
  CHECK(metrics->measure(&*instance, x.data(), &value) == ZEROTH_OK);
  CHECK(value == 7.0);
  const auto* success =
      static_cast<const zeroth_success_1*>(instance->extension(&*instance, ZEROTH_SUCCESS_1));
  REQUIRE(success != nullptr);
  CHECK(success->succeeded(&*instance, x.data(), 0.0) == 1);
  CHECK(success->succeeded(&*instance, x.data(), 1.0) == 0);
  const auto* render =
      static_cast<const zeroth_render_1*>(instance->extension(&*instance, ZEROTH_RENDER_1));
  REQUIRE(render != nullptr);
  REQUIRE(render->struct_size == sizeof(zeroth_render_1));
  REQUIRE(render->count == 2);
  CHECK(std::string(render->names[1]) == "doubled");
  CHECK(std::string(render->docs[0]) == "x");
  CHECK(render->lowest[0] == -5);
  CHECK(render->highest[1] == 10);
  std::array<std::uint32_t, 3> shape{};
  CHECK(render->shape(&*instance, shape.data()) == ZEROTH_OK);
  CHECK(shape == std::array<std::uint32_t, 3>{1, 2, 1});
  std::array<double, 4> pictures{};
  CHECK(render->draw(&*instance, x.data(), pictures.data()) == ZEROTH_OK);
  CHECK(pictures == std::array<double, 4>{7.0, -7.0, 14.0, -14.0});
}
