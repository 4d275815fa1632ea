#include "check/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zeroth/abi.h>

#include <cstring>
#include <mutex>
#include <nlohmann/json.hpp>

#include "check/child_process.hpp"
#include "check/context.hpp"
#include "check/texts.hpp"
#include "plugins/log.hpp"
#include "user_error.hpp"

namespace zeroth::host::check {
namespace {

using Json = nlohmann::ordered_json;

// Texts of plugins are cut: a report is read as a whole or not at all.
constexpr std::size_t longest_reason = 4000;  // bytes

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);  // plugins may say anything
}

// The first finding counts; whoever has another one, such as a thread of the plugin's, waits for
// the end of the process.
void send_finding(const Finding& finding) {
  static auto& sent = *new std::mutex;
  sent.lock();  // for good
  send_report(text_of(Json{{"verdict", static_cast<int>(finding.verdict)},
                           {"reason", beginning(finding.reason, longest_reason)}}));
}

// Lines of the plugin's log go where standard error goes now: the last ones stand in the report,
// also of a crash, and are not taken for something that it prints.
void keep_log() {
  const int errors = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  set_log_sink([errors](int level, const std::string& line) {
    const std::string text =
        fmt::format("{}: {}\n", level == ZEROTH_LOG_WARNING ? "warning" : "info",
                    beginning(line, longest_reason));
    static_cast<void>(!write(errors, text.data(), text.size()));  // else it is lost
  });
}

Finding run(const Test& test, Context& context) {
  try {
    test.body(context);
    return {};
  } catch (const Ended& ended) {
    return ended.finding;
  } catch (const std::exception& error) {
    return {Verdict::fail, error.what()};
  } catch (...) {
    return {Verdict::fail, "an exception that is no std::exception left the plugin"};
  }
}

// The ids of what the library offers, a number for one that has none or is too long.
Json offers(const Order& order, const ResolvePath& resolve) {
  Context context(order, resolve, Scope::library, 0);
  const zeroth_library& library = context.library();
  Json found{{"optimizers", Json::array()}, {"problems", Json::array()}};
  const auto add = [&](const char* key, auto* const* descriptors, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const char* id = descriptors[i] == nullptr ? nullptr : descriptors[i]->id;
      const bool good = id != nullptr && *id != '\0' && std::strlen(id) <= longest_name;
      found[key].push_back(good ? id : fmt::format("#{}", i));
    }
  };
  add("optimizers", library.optimizers, library.optimizer_count);
  add("problems", library.problems, library.problem_count);
  return found;
}

// Throws UserError for settings that fit nothing.
void check_settings(const Order& order, const ResolvePath& resolve) {
  Context context(order, resolve, Scope::library, 0);
  const zeroth_library& library = context.library();
  std::vector<bool> used(order.settings.size(), false);
  for (const Scope scope : {Scope::optimizer, Scope::problem}) {
    const std::uint64_t count =
        scope == Scope::optimizer ? library.optimizer_count : library.problem_count;
    for (std::uint64_t i = 0; i < count; ++i)
      bind_values(Context(order, resolve, scope, i).descriptor(), order.settings, resolve, used);
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i]) continue;
    throw UserError("--set " + order.settings[i], "names no parameter of what this library offers",
                    "`zeroth describe ID` lists the parameters of a plugin that is installed");
  }
}

const Test& find(const std::string& scope, const std::string& name) {
  for (const Test& test : all_tests()) {
    if (scope == name_of(test.scope) && name == test.name) return test;
  }
  throw UserError("command line", fmt::format("there is no test '{}/{}'", scope, name));
}

}  // namespace

int child_main(const std::vector<std::string>& arguments, const ResolvePath& resolve) {
  prepare_child();
  keep_log();
  if (arguments.size() < 2) throw UserError("command line", "this is for `zeroth check` alone");
  const Order order{arguments[0], {arguments.begin() + 2, arguments.end()}};
  const std::string& what = arguments[1];
  if (what == "offers") {
    send_report(text_of(offers(order, resolve)));
    return 0;
  }
  if (what == "settings") {
    try {
      check_settings(order, resolve);
    } catch (const UserError& error) {
      send_report(text_of(Json{{"wrong", beginning(error.what(), longest_reason)},
                               {"remedy", beginning(error.remedy(), longest_reason)}}));
    }
    return 0;
  }
  const std::size_t first = what.find('/'), second = what.find('/', first + 1);
  if (second == std::string::npos)
    throw UserError("command line", "this is for `zeroth check` alone");
  const Test& test = find(what.substr(0, first), what.substr(second + 1));
  Context context(order, resolve, test.scope,
                  std::stoul(what.substr(first + 1, second - first - 1)));
  send_finding(run(test, context));
  return 0;
}

void conclude(const Finding& finding) {
  send_finding(finding);
  _exit(0);
}

}  // namespace zeroth::host::check
