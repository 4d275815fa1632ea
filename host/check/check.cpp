#include "check/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <thread>

#include "check/child.hpp"
#include "check/child_process.hpp"
#include "descendants.hpp"
#include "user_error.hpp"

namespace zeroth::host::check {
namespace {

using Json = nlohmann::ordered_json;

// A result to be, and how to get it.
struct Task {
  Result result;
  std::string what;   // for the child
  std::string needs;  // the name of another task, or empty
  int stage = 0;      // number of needs before it
  bool done = false;
};

bool cancelled(const Options& options) { return options.cancel != nullptr && *options.cancel; }

Ending call(const Order& order, const std::string& what, const Options& options) {
  std::vector<std::string> arguments{child_command, order.file.string(), what};
  arguments.insert(arguments.end(), order.settings.begin(), order.settings.end());
  return run_child(arguments, options.timeout_seconds, [&] { return cancelled(options); });
}

Finding finding_of(const Ending& ending) {
  const Json report = Json::parse(ending.report, nullptr, false);
  if (!report.is_object())
    return {Verdict::crash, ending.death.empty()
                                ? "the process ended before the test did (exit code 0)"
                                : ending.death};
  Finding finding{static_cast<Verdict>(report.value("verdict", static_cast<int>(Verdict::crash))),
                  report.value("reason", "")};
  const bool good = finding.verdict == Verdict::pass || finding.verdict == Verdict::warn ||
                    finding.verdict == Verdict::skip;
  if (good && !ending.death.empty())
    return {Verdict::crash, "after the test, while the process ended: " + ending.death};
  return finding;
}

void run(Task& task, const Order& order, const Options& options) {
  const auto started = std::chrono::steady_clock::now();
  const Ending ending = call(order, task.what, options);
  if (cancelled(options)) return;
  task.result.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  task.result.finding = finding_of(ending);
  const Verdict verdict = task.result.finding.verdict;
  if (verdict != Verdict::pass && verdict != Verdict::skip)
    task.result.last_errors = ending.last_errors;
  task.done = true;
}

// Throws UserError for settings that the library does not take.
void check_settings(const Order& order, const Options& options) {
  if (order.settings.empty()) return;
  const Json report = Json::parse(call(order, "settings", options).report, nullptr, false);
  if (report.is_object())
    throw UserError("", report.value("wrong", ""), report.value("remedy", ""));
}

// The tests of a scope on one subject.  path  "library", "optimizer/zo-sgd".
void add(std::vector<Task>& tasks, Scope scope, std::size_t index, const std::string& path,
         const std::string& group) {
  const auto stage_of = [&tasks](const std::string& name) {
    const auto found = std::find_if(tasks.begin(), tasks.end(),
                                    [&](const Task& each) { return each.result.name == name; });
    return found == tasks.end() ? 0 : found->stage + 1;
  };
  for (const Test& test : all_tests()) {
    if (test.scope != scope) continue;
    Task task;
    task.result.group = group;
    task.result.name = fmt::format("{}/{}", path, test.name);
    task.result.test = &test;
    task.what = fmt::format("{}/{}/{}", name_of(scope), index, test.name);
    task.needs = test.needs;
    if (!task.needs.empty() && task.needs.find('/') == std::string::npos)
      task.needs = fmt::format("{}/{}", path, test.needs);
    task.stage = stage_of(task.needs);
    tasks.push_back(std::move(task));
  }
}

// Why a test is not worth running: what it needs is not there.
std::optional<Finding> missing_need(const std::vector<Task>& tasks, const Task& task) {
  const auto need = std::find_if(tasks.begin(), tasks.end(),
                                 [&](const Task& each) { return each.result.name == task.needs; });
  if (need == tasks.end() || !need->done) return std::nullopt;
  const Finding& found = need->result.finding;
  if (found.verdict == Verdict::pass || found.verdict == Verdict::warn) return std::nullopt;
  if (found.verdict == Verdict::skip) return found;
  return Finding{Verdict::skip, fmt::format("needs {}", task.needs)};
}

}  // namespace

std::vector<Result> check_library(const Order& order, const Options& options,
                                  const std::function<void(std::size_t, std::size_t)>& on_result) {
  adopt_orphans();  // a plugin's, to be ended with its test
  std::vector<Task> tasks;
  add(tasks, Scope::library, 0, "library", "library");
  const Ending offered = call(order, "offers", options);
  if (cancelled(options)) return {};
  const Json offers = Json::parse(offered.report, nullptr, false);
  if (offers.is_object()) {  // else it does not load: a test says so
    check_settings(order, options);
    for (const auto& [scope, key] :
         {std::pair(Scope::optimizer, "optimizers"), std::pair(Scope::problem, "problems")}) {
      const auto ids = offers.at(key).get<std::vector<std::string>>();
      for (std::size_t i = 0; i < ids.size(); ++i)
        add(tasks, scope, i, fmt::format("{}/{}", name_of(scope), ids[i]),
            fmt::format("{} {}", name_of(scope), ids[i]));
    }
  }
  if (!options.only.empty() && offers.is_object()) {  // else what to choose from is not known
    std::erase_if(tasks, [&](const Task& task) {
      return std::none_of(
          options.only.begin(), options.only.end(),
          [&](const std::string& pattern) { return matches(task.result.name, pattern); });
    });
    if (tasks.empty())
      throw UserError("--only", "matches no test", "`zeroth check --list` names them");
  }

  std::mutex mutex;
  std::size_t done = 0;
  const int last_stage =
      std::max_element(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) {
        return a.stage < b.stage;
      })->stage;
  for (int stage = 0; stage <= last_stage; ++stage) {
    std::atomic<std::size_t> next{0};
    std::exception_ptr error;
    const auto work = [&] {
      for (std::size_t i; (i = next.fetch_add(1)) < tasks.size() && !cancelled(options);) {
        Task& task = tasks[i];
        if (task.stage != stage) continue;
        try {
          if (const auto finding = missing_need(tasks, task)) {
            task.result.finding = *finding;
            task.done = true;
          } else {
            run(task, order, options);
          }
        } catch (...) {
          const std::lock_guard lock(mutex);
          error = std::current_exception();
          return;
        }
        const std::lock_guard lock(mutex);
        on_result(++done, tasks.size());
      }
    };
    std::vector<std::thread> crew;
    crew.reserve(static_cast<std::size_t>(options.processes));
    for (int i = 0; i < options.processes; ++i) crew.emplace_back(work);
    for (std::thread& each : crew) each.join();
    if (error) std::rethrow_exception(error);
  }
  std::vector<Result> results;
  results.reserve(tasks.size());
  for (Task& task : tasks)
    if (task.done) results.push_back(std::move(task.result));
  if (!offers.is_object() && !failed(results) && !cancelled(options))
    throw std::runtime_error(
        "the library does not say what it offers: " +
        (offered.death.empty() ? "its ids, all together, are too long" : offered.death));
  return results;
}

bool failed(const std::vector<Result>& results) {
  return std::any_of(results.begin(), results.end(), [](const Result& result) {
    return result.finding.verdict == Verdict::fail || result.finding.verdict == Verdict::crash;
  });
}

}  // namespace zeroth::host::check
