#include "check/report.hpp"

#include <fmt/color.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "printable.hpp"
#include "version.hpp"

namespace zeroth::host::check {
namespace {

std::size_t count(const std::vector<Result>& results, Verdict verdict) {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(),
                    [&](const Result& each) { return each.finding.verdict == verdict; }));
}

fmt::text_style style_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return fmt::fg(fmt::terminal_color::green);
    case Verdict::warn:
      return fmt::fg(fmt::terminal_color::yellow);
    case Verdict::skip:
      return fmt::fg(fmt::terminal_color::bright_black);
    default:
      return fmt::fg(fmt::terminal_color::red) | fmt::emphasis::bold;
  }
}

std::string painted(Verdict verdict, const std::string& text, bool colours) {
  return colours ? fmt::format(style_of(verdict), "{}", text) : text;
}

// Every line of text behind `margin`.
std::string indented(const std::string& text, const std::string& margin) {
  std::string out;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    out += margin + text.substr(start, end - start) + "\n";
    start = end + 1;
  }
  return out;
}

}  // namespace

std::string format(const std::vector<Result>& results, bool colours) {
  std::size_t width = 0;
  for (const Result& each : results) width = std::max(width, std::string(each.test->name).size());
  std::string out, group, same_reason;
  for (const Result& each : results) {
    if (each.group != group) {
      out += fmt::format("{}{}\n", group.empty() ? "" : "\n", printable(each.group));
      group = each.group;
      same_reason.clear();
    }
    const Verdict verdict = each.finding.verdict;
    out += fmt::format("  {}  {:<{}}  {}\n",
                       painted(verdict, fmt::format("{:<5}", name_of(verdict)), colours),
                       each.test->name, width, each.test->claim);
    const std::string reason = printable(each.finding.reason);
    if (!reason.empty() && (verdict != Verdict::skip || reason != same_reason)) {
      out += indented(reason, "           ");
      same_reason = reason;
    }
    if (!each.last_errors.empty()) out += indented(printable(each.last_errors), "           | ");
  }
  out += "\n";
  std::string counts;
  for (const Verdict verdict :
       {Verdict::pass, Verdict::warn, Verdict::fail, Verdict::crash, Verdict::skip}) {
    const std::size_t n = count(results, verdict);
    if (n == 0) continue;
    counts += counts.empty() ? "" : ", ";
    counts += painted(verdict, fmt::format("{} {}", n, name_of(verdict)), colours);
  }
  return out + fmt::format("{} tests: {}\n", results.size(), counts);
}

std::string format_json(const std::filesystem::path& library, const std::vector<Result>& results) {
  using Json = nlohmann::ordered_json;
  Json tests = Json::array(), counts = Json::object();
  for (const Result& each : results) {
    tests.push_back(Json{{"name", each.name},
                         {"claim", each.test->claim},
                         {"result", name_of(each.finding.verdict)},
                         {"reason", each.finding.reason},
                         {"stderr", each.last_errors},
                         {"seconds", each.seconds}});
  }
  for (const Verdict verdict :
       {Verdict::pass, Verdict::warn, Verdict::fail, Verdict::crash, Verdict::skip})
    counts[name_of(verdict)] = count(results, verdict);
  const Json all{
      {"library", library.string()}, {"zeroth", version}, {"counts", counts}, {"tests", tests}};
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string list_tests() {
  std::string out;
  for (const Test& test : all_tests()) {
    const char* subject = test.scope == Scope::library ? "" : "/ID";
    const std::string name = fmt::format("{}{}/{}", name_of(test.scope), subject, test.name);
    out += fmt::format("{:<30}  {}\n", name, test.claim);
  }
  return out;
}

}  // namespace zeroth::host::check
