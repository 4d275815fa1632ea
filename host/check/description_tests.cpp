// Of what an optimizer or a problem says of itself, and of create().
#include <fmt/format.h>
#include <zeroth/abi.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <set>
#include <zeroth/random.hpp>

#include "check/context.hpp"
#include "check/texts.hpp"
#include "plugins/boundary.hpp"
#include "user_error.hpp"

namespace zeroth::host::check {
namespace {

// Calls body with the zeroth_optimizer or zeroth_problem that the test is about.
template <typename Body>
void with_raw(Context& context, const Body& body) {
  context.scope() == Scope::optimizer ? body(context.raw_optimizer()) : body(context.raw_problem());
}

bool is_word(const char* text, char separator) {
  const std::string word = text;
  return !word.empty() && word[0] >= 'a' && word[0] <= 'z' &&
         std::all_of(word.begin(), word.end(), [separator](char c) {
           return c == separator || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
         });
}

template <typename Abi>
void check_description(const Abi& abi, std::uint64_t known_capabilities) {
  if (abi.struct_size < sizeof abi)
    fail(fmt::format("its struct_size is {}, not {}", abi.struct_size, sizeof abi));
  require_text(abi.id, "its id", TextKind::name);
  if (!is_word(abi.id, '-')) fail(fmt::format("its id '{}' is not kebab-case", abi.id));
  require_text(abi.name, "its name", TextKind::name);
  require_text(abi.version, "its version", TextKind::name);
  require_text(abi.doc, "its doc");
  require_text(abi.reference, "its reference", TextKind::prose, true);
  if (abi.threads < ZEROTH_THREADS_INSTANCE || abi.threads > ZEROTH_THREADS_ANY)
    fail(fmt::format("its threads, {}, is none of ZEROTH_THREADS_*", abi.threads));
  if (abi.parameter_count > 0 && abi.parameters == nullptr) fail("its parameters are NULL");
  if (abi.create == nullptr || abi.destroy == nullptr) fail("it lacks create() or destroy()");
  if ((abi.capabilities & ~known_capabilities) != 0)
    warn(fmt::format("its capabilities, {:#x}, have bits that this host does not know",
                     abi.capabilities));
}

void description(Context& context) {
  if (context.scope() == Scope::optimizer) {
    const zeroth_optimizer& optimizer = context.raw_optimizer();
    if (optimizer.solve == nullptr) fail("it lacks solve()");
    check_description(optimizer, ZEROTH_HANDLES_BOUNDS | ZEROTH_OWN_PROCESS | ZEROTH_NEEDS_BOUNDS |
                                     ZEROTH_IGNORES_SEED);
  } else {
    const zeroth_problem& problem = context.raw_problem();
    if (problem.instance_count == nullptr || problem.open == nullptr || problem.close == nullptr)
      fail("it lacks instance_count(), open() or close()");
    check_description(problem, ZEROTH_STOCHASTIC | ZEROTH_OWN_PROCESS);
  }
}

void check_parameter(const zeroth_parameter& p) {
  require_text(p.name, "its parameter's name", TextKind::name);
  const auto wrong = [&p](const std::string& what) {
    fail(fmt::format("its parameter '{}' {}", p.name, what));
  };
  if (!is_word(p.name, '_')) wrong("is not in lower_case");
  require_text(p.doc, fmt::format("the doc of its parameter '{}'", p.name));
  require_text(p.text, fmt::format("the text of its parameter '{}'", p.name), TextKind::prose,
               true);
  const bool above = (p.flags & ZEROTH_EXCLUSIVE_MINIMUM) != 0;
  const bool below = (p.flags & ZEROTH_EXCLUSIVE_MAXIMUM) != 0;
  switch (p.type) {
    case ZEROTH_REAL:
      if (!(above || below ? p.real_min < p.real_max : p.real_min <= p.real_max))
        wrong(fmt::format("has the empty range {} .. {}", p.real_min, p.real_max));
      if (!std::isfinite(p.real) || (above ? p.real <= p.real_min : p.real < p.real_min) ||
          (below ? p.real >= p.real_max : p.real > p.real_max))
        wrong(fmt::format("has the default {}, which is out of its range", p.real));
      break;
    case ZEROTH_INTEGER:
      if (p.integer_min > p.integer_max)
        wrong(fmt::format("has the empty range {} .. {}", p.integer_min, p.integer_max));
      if (p.integer < p.integer_min || p.integer > p.integer_max)
        wrong(fmt::format("has the default {}, which is out of its range", p.integer));
      break;
    case ZEROTH_BOOLEAN:
      if (p.integer != 0 && p.integer != 1) wrong("has a default that is neither 0 nor 1");
      break;
    case ZEROTH_CHOICE: {
      if (p.choices == nullptr || p.choices[0] == nullptr) wrong("has no choices");
      std::set<std::string> choices;
      for (const char* const* each = p.choices; *each != nullptr; ++each) {
        require_text(*each, fmt::format("a choice of its parameter '{}'", p.name), TextKind::name);
        if (!choices.insert(*each).second) wrong("has a choice that is there twice");
      }
      if (choices.count(p.text) == 0) wrong("has a default that is none of its choices");
      break;
    }
    case ZEROTH_TEXT:
    case ZEROTH_PATH:
      break;
    default:
      wrong(fmt::format("has the unknown type {}", p.type));
  }
}

void parameters(Context& context) {
  with_raw(context, [](const auto& abi) {
    std::set<std::string> names;
    for (std::uint64_t i = 0; i < abi.parameter_count; ++i) {
      if (abi.parameters[i] == nullptr) fail(fmt::format("its parameter {} is NULL", i));
      const zeroth_parameter& p = *abi.parameters[i];
      if (p.struct_size < sizeof p) fail(fmt::format("its parameter {} has too small a struct", i));
      check_parameter(p);
      if (!names.insert(p.name).second) fail(fmt::format("two parameters are called '{}'", p.name));
    }
  });
  static_cast<void>(context.descriptor());  // what else the host refuses
}

// One call of create() with any values, and destroy().
class Creation {
 public:
  Creation(Context& context, const Values& values, std::size_t capacity = 512) {
    buffer_.fill('#');
    const std::vector<zeroth_value> c_values =
        boundary_values(context.descriptor().parameters, values);
    zeroth_message message{capacity == 0 ? nullptr : buffer_.data(), capacity};
    void* const nothing = &buffer_;
    void* instance = nothing;
    with_raw(context, [&](const auto& abi) {
      status_ = abi.create(&abi, c_values.data(), &instance, capacity == 0 ? nullptr : &message);
      wrote_ = instance != nothing;
      if (status_ == ZEROTH_OK && wrote_) abi.destroy(instance);
    });
    const bool spilled = std::any_of(buffer_.begin() + static_cast<std::ptrdiff_t>(capacity),
                                     buffer_.end(), [](char c) { return c != '#'; });
    if (spilled) fail(fmt::format("create() writes a message beyond its {} bytes", capacity));
  }
  bool refused() const { return status_ != ZEROTH_OK; }
  bool died() const { return status_ == ZEROTH_INSTANCE_DEAD || status_ == ZEROTH_LIBRARY_DEAD; }
  const char* message() const { return buffer_.data(); }
  /// That it is as the boundary asks, for these values.
  void check(const std::string& values) const {
    const auto wrong = [&](const std::string& what) {
      fail(fmt::format("with {}, create() {}", values, what));
    };
    if (!refused() && !wrote_) wrong("answers OK without an instance");
    if (!refused()) return;
    if (status_ > 0 || status_ < ZEROTH_LIBRARY_DEAD)
      wrong(fmt::format("answers status {}", status_));
    if (wrote_) wrong("writes an instance although it refuses");
    const auto end = std::find(buffer_.begin(), buffer_.end(), '\0');
    if (end == buffer_.end() || end == buffer_.begin() || buffer_[0] == '#')
      wrong("refuses without a message");
  }

 private:
  zeroth_status status_ = 0;
  bool wrote_ = false;
  std::array<char, 1024> buffer_{};
};

std::string text_of(const std::vector<Parameter>& parameters, const Values& values) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += fmt::format("{}{}=", i == 0 ? "" : " ", parameters[i].name);
    text += std::visit([](const auto& v) { return fmt::format("{}", v); }, values[i]);
  }
  return text.empty() ? "no parameters" : text.substr(0, 400);
}

// Values just inside and just outside of the declared range, and of every wrong type.
struct Edges {
  std::vector<Value> inside, outside;
};
Edges edges_of(const Parameter& p) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  Edges edges;
  switch (p.type) {
    case ParameterType::real:
      edges.outside = {std::nan(""), inf, -inf, true, std::string("1")};
      for (const auto& [bound, open, away] : {std::tuple{p.real_min, p.excludes_min, -inf},
                                              std::tuple{p.real_max, p.excludes_max, inf}}) {
        if (!std::isfinite(bound)) continue;
        edges.inside.emplace_back(open ? std::nextafter(bound, -away) : bound);
        edges.outside.emplace_back(open ? bound : std::nextafter(bound, away));
      }
      break;
    case ParameterType::integer:
      edges.inside = {p.integer_min, p.integer_max};
      edges.outside = {0.5, true, std::string("1")};
      if (p.integer_min > INT64_MIN) edges.outside.emplace_back(p.integer_min - 1);
      if (p.integer_max < INT64_MAX) edges.outside.emplace_back(p.integer_max + 1);
      break;
    case ParameterType::boolean:
      edges.inside = {true, false};
      edges.outside = {std::int64_t{1}, 0.0, std::string("true")};
      break;
    case ParameterType::choice:
      for (const std::string& each : p.choices) edges.inside.emplace_back(each);
      edges.outside = {std::string("none of these"), std::int64_t{0}, true};
      break;
    default:
      edges.inside = {std::string("")};
      edges.outside = {std::int64_t{0}, 0.5, true};
  }
  return edges;
}

void bounds(Context& context) {
  const Descriptor& descriptor = context.descriptor();
  const auto bind = [&](const Parameter& p, const Value& value) {
    return bind_one(descriptor.id, descriptor.parameters, {{p.name, {value}, p.name}}, "",
                    [](const std::string& path, bool) {
                      return ResolvedPath{path, ""};
                    })
        .values;
  };
  for (std::size_t i = 0; i < descriptor.parameters.size(); ++i) {
    const Parameter& p = descriptor.parameters[i];
    const Edges edges = edges_of(p);
    for (const Value& value : edges.outside) {
      try {
        bind(p, value);
      } catch (const UserError&) {
        continue;
      }
      fail(fmt::format("its parameter '{}' takes {}", p.name, text_of({p}, {value})));
    }
    for (const Value& value : edges.inside) {
      Values values = context.values();
      values[i] = bind(p, value)[i];
      Creation(context, values).check(text_of(descriptor.parameters, values));
    }
  }
}

// Anything at all, in the range or not: the host would refuse some, but no plugin may fall over
// them.
Value any_value(const Parameter& p, Random& random) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const std::vector<double> reals{p.real_min, p.real_max, 0.0, -1.0, 1e-320,
                                  1e300,      -1e300,     inf, -inf, std::nan("")};
  const std::vector<std::int64_t> integers{p.integer_min, p.integer_max, 0, -1, 1, INT64_MIN,
                                           INT64_MAX,     p.integer + 1};
  const std::vector<std::string> texts{
      "", "x", "/nonexistent/file", "/", std::string(5000, 'a'), "%s%n%d", "\xff\xfe", "../../etc"};
  const auto one_of = [&random](const auto& all) { return all[random.below(all.size())]; };
  switch (p.type) {
    case ParameterType::real:
      return random.below(2) == 0 ? one_of(reals) : p.real * std::exp(3.0 * random.normal());
    case ParameterType::integer:
      if (random.below(2) == 0) return one_of(integers);
      return static_cast<std::int64_t>(random.below(1000)) - 10;
    case ParameterType::boolean:
      return random.below(2) == 0;
    case ParameterType::choice:
      return random.below(2) == 0 ? one_of(p.choices) : one_of(texts);
    default:
      return random.below(2) == 0 ? p.text : one_of(texts);
  }
}

void fuzz(Context& context) {
  const std::vector<Parameter>& parameters = context.descriptor().parameters;
  if (parameters.empty()) skip("it has no parameters");
  Random random(0x66757a7a);
  const auto started = std::chrono::steady_clock::now();
  for (int round = 1; round <= 200; ++round) {
    if (std::chrono::steady_clock::now() - started > std::chrono::seconds(3))
      pass(fmt::format("{} sets of values, in 3 s", round));
    Values values = context.values();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (random.below(3) == 0) values[i] = any_value(parameters[i], random);
    }
    const Creation creation(context, values);
    creation.check(text_of(parameters, values));
    if (!creation.refused()) continue;
    Creation(context, values, 8);  // a message that does not fit
    Creation(context, values, 0);  // none wanted
  }
}

void creates(Context& context) {
  const Creation creation(context, context.values());
  creation.check("the given values");
  if (creation.died())
    fail(fmt::format("create() does not refuse, it dies: {}", creation.message()));
  if (!creation.refused()) return;
  if (context.scope() == Scope::optimizer) static_cast<void>(context.optimizer());  // skips
  static_cast<void>(context.suite());
}

}  // namespace

void add_description_tests(Scope scope, std::vector<Test>& tests) {
  const auto add = [&](const char* name, const char* claim, const char* needs,
                       void (*body)(Context&)) {
    tests.push_back({scope, name, claim, needs, body});
  };
  add("description", "Its description is complete.", "library/negotiation", description);
  add("parameters", "Its parameters are declared in full, with defaults in range.", "description",
      parameters);
  add("parameter-bounds",
      "Values at the ends of a range are taken or refused with a reason; those outside, and of "
      "another type, are refused.",
      "parameters", bounds);
  add("parameter-fuzz",
      "Whatever the values, create() answers OK, or a status and a message that fits its buffer.",
      "parameters", fuzz);
  add("creates", "It can be created with the values of --set, else its defaults.", "parameters",
      creates);
}

}  // namespace zeroth::host::check
