// Of the library as a whole: loading, symbols, dependencies, negotiation.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zeroth/abi.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <set>

#include "check/context.hpp"
#include "check/shared_object.hpp"
#include "check/surroundings.hpp"
#include "check/texts.hpp"
#include "plugins/registry.hpp"
#include "version.hpp"

namespace zeroth::host::check {
namespace {

namespace fs = std::filesystem;

zeroth_negotiate_function entry_of(const SharedObject& object) {
  return reinterpret_cast<zeroth_negotiate_function>(object.symbol(ZEROTH_NEGOTIATE));
}

void loads(Context& context) {
  const SharedObject object(context.file());
  if (entry_of(object) == nullptr) fail("it exports no zeroth_negotiate: not a Zeroth plugin");
}

void exports(Context& context) {
  std::vector<std::string> names = SharedObject(context.file()).exports();
  std::erase(names, ZEROTH_NEGOTIATE);
  if (names.empty()) return;
  const std::size_t count = names.size();
  names.resize(std::min<std::size_t>(count, 5));
  fail(
      fmt::format("it also exports {}{}; build with -fvisibility=hidden and a version script, as "
                  "zeroth_add_plugin() does",
                  fmt::join(names, ", "), count > 5 ? fmt::format(" and {} more", count - 5) : ""));
}

void dependencies(Context& context) {
  const SharedObject object(context.file());
  for (const std::string& library : object.needed()) {
    if (!is_threads_runtime(library)) continue;
    fail(fmt::format(
        "it is linked to {}, a pool of threads: the host spreads the work over threads", library));
  }
  for (const std::string& library : object.all_needed()) {
    if (is_threads_runtime(library)) pass(fmt::format("{} comes with its dependencies", library));
  }
}

const void* no_service(const zeroth_host*, const char*) { return nullptr; }

zeroth_host host_of(std::uint32_t major_min, std::uint32_t major_max, std::uint32_t minor) {
  return {sizeof(zeroth_host), major_min, major_max, minor, "zeroth check", version, no_service};
}

// Wall time less the time that this thread waited for a processor: on a busy machine, too, what a
// plugin takes or sleeps.
double own_seconds() {
  double on_processor = 0, waited = 0;  // ns
  std::ifstream("/proc/self/schedstat") >> on_processor >> waited;
  const std::chrono::duration<double> now = std::chrono::steady_clock::now().time_since_epoch();
  return now.count() - waited * 1e-9;
}

void scan(Context& context) {
  const fs::path folder = fs::temp_directory_path();  // ours, and empty
  for (const char* variable : {"HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"})
    setenv(variable, folder.c_str(), 1);
  const fs::path start = fs::current_path();
  fs::current_path(folder);
  const Surroundings before = look_around();
  Capture out(1), err(2);
  const double started = own_seconds();
  try {
    static_cast<void>(context.library());
  } catch (const std::exception&) {  // other tests tell
  }
  const double took = own_seconds() - started;
  const std::string printed = err.end() + out.end();
  const std::string changed = difference(before, look_around());
  fs::current_path(start);
  if (!changed.empty()) fail("loading changed the process: " + changed);
  if (!printed.empty()) fail("loading printed: " + printed);
  if (took > 1) fail(fmt::format("loading took {:.1f} s; every command of the host does it", took));
}

// A library's answer with bytes behind it that it must leave alone.
struct Guarded {
  zeroth_library answer{};
  std::array<unsigned char, 64> beyond{};

  explicit Guarded(std::uint32_t struct_size) {
    std::memset(static_cast<void*>(&answer), 0xA5, sizeof answer);
    beyond.fill(0xA5);
    answer.struct_size = struct_size;
  }
  /// Whether bytes from `offset` on are as they were.
  bool untouched_from(std::size_t offset) const {
    const auto* bytes = reinterpret_cast<const unsigned char*>(this);
    return std::all_of(bytes + offset, bytes + sizeof *this,
                       [](unsigned char byte) { return byte == 0xA5; });
  }
};
static_assert(offsetof(Guarded, beyond) == sizeof(zeroth_library));

void refuses_other_majors(zeroth_negotiate_function negotiate) {
  constexpr std::uint32_t major = ZEROTH_ABI_MAJOR;
  for (const auto& [low, high] : {std::pair{major + 1, major + 2}, std::pair{0u, major - 1}}) {
    const zeroth_host host = host_of(low, high, 0);
    Guarded got(sizeof(zeroth_library));
    const zeroth_status status = negotiate(&host, &got.answer);
    const std::string offer = fmt::format("offered ABI majors {} to {} alone", low, high);
    if (status != ZEROTH_UNSUPPORTED)
      fail(fmt::format("{}, it answers {}, not UNSUPPORTED", offer, status));
    if (got.answer.abi_major >= low && got.answer.abi_major <= high)
      fail(fmt::format("{}, it answers UNSUPPORTED, but that it would need one of them", offer));
    if (!got.untouched_from(offsetof(zeroth_library, reserved)))
      fail(offer + ", it writes more than the version that it would need");
  }
}

void picks_from_wide_ranges(zeroth_negotiate_function negotiate) {
  for (const auto& [low, high, minor] :
       {std::tuple{0u, ZEROTH_ABI_MAJOR, ZEROTH_ABI_MINOR},
        std::tuple{ZEROTH_ABI_MAJOR, ZEROTH_ABI_MAJOR + 5, 0u},
        std::tuple{ZEROTH_ABI_MAJOR, ZEROTH_ABI_MAJOR, ZEROTH_ABI_MINOR + 9}}) {
    const zeroth_host host = host_of(low, high, minor);
    Guarded got(sizeof(zeroth_library));
    const zeroth_status status = negotiate(&host, &got.answer);
    const std::string offer =
        fmt::format("offered ABI majors {} to {}, minor {}", low, high, minor);
    if (status != ZEROTH_OK || got.answer.abi_major != ZEROTH_ABI_MAJOR)
      fail(fmt::format("{}, it answers status {}, major {}", offer, status, got.answer.abi_major));
    if (high == ZEROTH_ABI_MAJOR && got.answer.abi_minor > minor)
      fail(fmt::format("{}, it picks minor {}", offer, got.answer.abi_minor));
  }
}

void respects_sizes(zeroth_negotiate_function negotiate) {
  const zeroth_host host = host_of(ZEROTH_ABI_MAJOR, ZEROTH_ABI_MAJOR, ZEROTH_ABI_MINOR);
  for (const std::uint32_t size : {12u, 32u, 48u}) {
    Guarded got(size);
    const zeroth_status status = negotiate(&host, &got.answer);
    if (!got.untouched_from(size))
      fail(fmt::format("it writes beyond a zeroth_library of {} bytes", size));
    if (status != ZEROTH_OK && status != ZEROTH_UNSUPPORTED)
      fail(fmt::format("for a zeroth_library of {} bytes it answers {}", size, status));
  }
  Guarded larger(sizeof(Guarded));
  const zeroth_status status = negotiate(&host, &larger.answer);
  if (status != ZEROTH_OK) fail(fmt::format("for a larger zeroth_library it answers {}", status));
  if (!larger.untouched_from(sizeof(zeroth_library)))
    fail("it writes beyond the fields of a zeroth_library that it knows");
  if (larger.answer.struct_size != sizeof(zeroth_library))
    fail(fmt::format("of a larger zeroth_library it fills {} bytes, but struct_size says {}",
                     sizeof(zeroth_library), larger.answer.struct_size));
}

void negotiation(Context& context) {
  const zeroth_library& first = context.library();  // throws what the host would say
  require_text(first.name, "its name", TextKind::name);
  require_text(first.version, "its version", TextKind::name);
  if (first.optimizer_count + first.problem_count == 0)
    fail("it offers neither an optimizer nor a problem");
  for (std::uint64_t i = 0; i < first.optimizer_count; ++i)
    if (first.optimizers[i] == nullptr) fail(fmt::format("its optimizer {} is NULL", i));
  for (std::uint64_t i = 0; i < first.problem_count; ++i)
    if (first.problems[i] == nullptr) fail(fmt::format("its problem {} is NULL", i));
  const SharedObject object(context.file());
  const zeroth_negotiate_function negotiate = entry_of(object);
  refuses_other_majors(negotiate);
  picks_from_wide_ranges(negotiate);
  respects_sizes(negotiate);
  const zeroth_library second = open_library(context.file());
  if (std::memcmp(&first, &second, sizeof first) != 0)
    fail("called twice, it answers two different things");
}

void ids(Context& context) {
  const zeroth_library& library = context.library();
  const auto all_differ = [](const char* kind, auto* const* descriptors, std::uint64_t count) {
    std::set<std::string> seen;
    for (std::uint64_t i = 0; i < count; ++i) {
      const char* id = descriptors[i]->id;
      if (id != nullptr && !seen.insert(id).second)
        fail(fmt::format("two {}s have the id '{}'", kind, id));
    }
  };
  all_differ("optimizer", library.optimizers, library.optimizer_count);
  all_differ("problem", library.problems, library.problem_count);
}

}  // namespace

void add_library_tests(std::vector<Test>& tests) {
  const auto add = [&tests](const char* name, const char* claim, const char* needs,
                            void (*body)(Context&)) {
    tests.push_back({Scope::library, name, claim, needs, body});
  };
  add("loads", "It loads with all its symbols and exports zeroth_negotiate.", "", loads);
  add("exports", "It exports nothing else.", "loads", exports);
  add("dependencies", "It is linked to no threads runtime (oneTBB, OpenMP) of its own.", "loads",
      dependencies);
  add("scan",
      "Loading is quick and changes nothing: no files, threads, output, environment, locale.",
      "loads", scan);
  add("negotiation",
      "It refuses ABI ranges without its own, fills no more than it is given, repeats its answer.",
      "loads", negotiation);
  add("ids", "No two of its optimizers, and no two of its problems, share an id.", "negotiation",
      ids);
}

}  // namespace zeroth::host::check
