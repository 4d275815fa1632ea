// Of what using an optimizer or a problem does to the process it runs in.
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>
#include <zeroth/abi.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

#include "check/context.hpp"
#include "check/probe_run.hpp"
#include "check/shared_object.hpp"
#include "check/surroundings.hpp"

// Of the sanitizer's runtime, where the program is built with one.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" std::size_t __sanitizer_get_current_allocated_bytes() __attribute__((weak));

namespace zeroth::host::check {
namespace fs = std::filesystem;
namespace {

// All of a life: made, used, destroyed.
void live(Context& context) {
  if (context.scope() == Scope::optimizer) {
    ProbeSettings settings;
    settings.start = {1.0, -2.0, 0.5, 3.0, 0.0};
    settings.lower.assign(5, -50.0);
    settings.upper.assign(5, 50.0);
    if ((context.descriptor().capabilities & ZEROTH_HANDLES_BOUNDS) == 0) {
      settings.lower.clear();
      settings.upper.clear();
    }
    settings.iteration_budget = 5;
    settings.query_budget = 300;
    ProbeRun run(settings);
    static_cast<void>(run.give_to(context.optimizer()));
    return;
  }
  const Suite suite = context.suite();
  const Instance instance = first_instance(suite);
  std::vector<double> x(instance.dimension());
  instance->initial_point(&instance.abi(), 1, x.data());
  double f = 0;
  instance->evaluate(&instance.abi(), instance.stochastic() ? 7 : ZEROTH_FULL_DATA, 1, x.data(), &f,
                     nullptr);
  if (const zeroth_metrics_1* metrics = instance.metrics()) {
    std::vector<double> values(metrics->count);
    metrics->measure(&instance.abi(), x.data(), values.data());
  }
}

void silent(Context& context) {
  static_cast<void>(context.values());  // loading is another test's
  Capture out(1), err(2);
  try {
    live(context);
  } catch (...) {
    err.end();
    out.end();
    throw;
  }
  const std::string on_err = err.end(), on_out = out.end();
  if (!on_out.empty()) fail("it prints to standard output: " + on_out);
  if (!on_err.empty())
    fail("it prints to standard error, where it should log to the host: " + on_err);
}

bool needs_threads_runtime(const fs::path& library) {
  const std::vector<std::string> needed = SharedObject(library).all_needed();
  return std::any_of(needed.begin(), needed.end(), is_threads_runtime);
}

void leave_as_it_was(Context& context) {
  Surroundings before = look_around();
  live(context);
  Surroundings after = look_around();
  const std::string threads = before[thread_count];
  before[thread_count] = after[thread_count];  // of which below
  std::string changed = difference(before, after);
  if (changed.empty()) {
    live(context);
    changed = difference(after, look_around());
  }
  if (!changed.empty()) fail(changed);
  // The host's pool, which some libraries bring along, starts its threads when it is first used.
  if (threads != after[thread_count] && !needs_threads_runtime(context.file()))
    warn(
        fmt::format("it keeps threads of its own: {} before its first use, {} after; the host "
                    "spreads the work over threads",
                    threads, after[thread_count]));
}

void environment(Context& context) {
  static_cast<void>(context.values());
  const fs::path start = fs::current_path();
  fs::current_path(fs::temp_directory_path());  // ours: what is left there is seen
  try {
    leave_as_it_was(context);
  } catch (const Ended& ended) {
    if (ended.finding.verdict != Verdict::skip) throw;
  }
  fs::current_path(start);  // where there may be what it looks for
  leave_as_it_was(context);
}

struct Memory {
  std::int64_t allocated, resident;  // bytes
};
Memory memory_now() {
  if (__sanitizer_get_current_allocated_bytes != nullptr)  // it delays what is freed: not resident
    return {static_cast<std::int64_t>(__sanitizer_get_current_allocated_bytes()), 0};
  const struct mallinfo2 heap = mallinfo2();
  std::int64_t pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return {static_cast<std::int64_t>(heap.uordblks + heap.hblkhd), resident * sysconf(_SC_PAGESIZE)};
}

void memory(Context& context) {
  const auto live_often = [&](int least, int most) {  // as often as a second allows
    const auto started = std::chrono::steady_clock::now();
    int done = 0;
    while (done < most &&
           (done < least || std::chrono::steady_clock::now() - started < std::chrono::seconds(1))) {
      live(context);
      ++done;
    }
    return done;
  };
  live_often(3, 10);  // caches fill
  // What is left behind at every use is left in every round, what a cache takes is not; malloc's
  // own caches count as allocated, and differ by some blocks from round to round.
  constexpr std::int64_t some_blocks = 1024;
  std::int64_t each = INT64_MAX, all = INT64_MAX, resident = INT64_MAX;
  int uses = 0;
  for (int round = 0; round < 3; ++round) {
    const Memory before = memory_now();
    const int runs = live_often(5, 100);
    const Memory after = memory_now();
    all = std::min(all, after.allocated - before.allocated);
    each = std::min(each, (after.allocated - before.allocated) / runs);
    resident = std::min(resident, after.resident - before.resident);
    uses += runs;
  }
  if (each >= 16 && all >= some_blocks)  // the smallest block of malloc takes more
    fail(fmt::format("every use leaves {} bytes allocated, in each of three rounds of {}", each,
                     uses / 3));
  if (resident > (4 << 20))
    fail(fmt::format("{} uses leave {} MiB more in use, three times", uses / 3, resident >> 20));
  if (uses < 300) pass(fmt::format("{} uses, in 3 s", uses));
}

void extensions(Context& context) {
  const char* const unknown[] = {"",
                                 "no.such/1",
                                 "zeroth.no-such/1",
                                 "zeroth.gradient/999",
                                 "zeroth.trainable/999",
                                 "zeroth.metrics"};
  const auto check_null = [](const void* table, const char* id) {
    if (table != nullptr) fail(fmt::format("asked for the extension '{}', it gives one", id));
  };
  if (context.scope() == Scope::optimizer) {
    const zeroth_optimizer& optimizer = context.raw_optimizer();
    if (optimizer.extension == nullptr) return;
    for (const char* id : unknown) check_null(optimizer.extension(&optimizer, id), id);
    return;
  }
  const Suite suite = context.suite();
  const Instance instance = first_instance(suite);
  if (instance->extension == nullptr) return;
  for (const char* id : unknown) check_null(instance->extension(&instance.abi(), id), id);
}

}  // namespace

void add_process_tests(Scope scope, std::vector<Test>& tests) {
  const char* used = scope == Scope::optimizer ? "solves" : "opens";
  const auto add = [&](const char* name, const char* claim, void (*body)(Context&)) {
    tests.push_back({scope, name, claim, used, body});
  };
  add("extensions", "Extensions that it does not know are NULL.", extensions);
  add("silent", "It prints nothing.", silent);
  add("environment",
      "It leaves locale, folder, floating-point environment, signals, files, threads and processes "
      "as they were.",
      environment);
  add("memory", "Uses, a hundred and more, leave no memory behind.", memory);
}

}  // namespace zeroth::host::check
