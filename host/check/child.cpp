#include "check/child.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "check/child_process.hpp"
#include "check/context.hpp"
#include "user_error.hpp"

namespace zeroth::host::check {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);  // plugins may say anything
}

std::string text_of(const Finding& finding) {
  return text_of(Json{{"verdict", static_cast<int>(finding.verdict)}, {"reason", finding.reason}});
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

// The ids of what the library offers, a number for one that has none.
Json offers(const Order& order, const ResolvePath& resolve) {
  Context context(order, resolve, Scope::library, 0);
  const zeroth_library& library = context.library();
  Json found{{"optimizers", Json::array()}, {"problems", Json::array()}};
  const auto add = [&](const char* key, auto* const* descriptors, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const char* id = descriptors[i] == nullptr ? nullptr : descriptors[i]->id;
      found[key].push_back(id == nullptr || *id == '\0' ? fmt::format("#{}", i) : id);
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
      send_report(text_of(Json{{"wrong", error.what()}, {"remedy", error.remedy()}}));
    }
    return 0;
  }
  const std::size_t first = what.find('/'), second = what.find('/', first + 1);
  if (second == std::string::npos)
    throw UserError("command line", "this is for `zeroth check` alone");
  const Test& test = find(what.substr(0, first), what.substr(second + 1));
  Context context(order, resolve, test.scope,
                  std::stoul(what.substr(first + 1, second - first - 1)));
  send_report(text_of(run(test, context)));
  return 0;
}

void conclude(const Finding& finding) {
  send_report(text_of(finding));
  _exit(0);
}

}  // namespace zeroth::host::check
