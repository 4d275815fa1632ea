#include "tune/findings.hpp"

#include <fmt/color.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <variant>

namespace zeroth::host {
namespace {

std::string note_on(const Candidate& candidate, std::size_t runs, bool won) {
  std::string note = won ? "best" : "";
  if (candidate.discarded)
    note = fmt::format("discarded after {} of {}", candidate.runs, counted(runs, "run"));
  if (!std::isinf(candidate.score)) return note;
  return note + (note.empty() ? "" : ": ") + "does not stay finite, or fails";
}

}  // namespace

std::string format(const Grid& grid) {
  std::string text;
  for (const Axis& axis : grid.axes) {
    text += (text.empty() ? "" : "; ") + axis.parameter + ": ";
    for (const std::size_t place : axis.coarse) {
      text += (place == axis.coarse.front() ? "" : ", ") + text_of(axis.values[place]);
    }
    if (axis.refined()) text += ", then linearly about the best";
  }
  return text;
}

std::string setting_text(const Grid& grid, std::size_t setting) {
  std::string text;
  for (std::size_t a = 0; a < grid.axes.size(); ++a) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", grid.axes[a].parameter,
                        text_of(grid.value(setting, a)));
  }
  return text;
}

std::string format(const Grid& grid, const SearchState& state, std::size_t runs, Score score,
                   const std::string& loss, bool colours) {
  std::vector<std::pair<Candidate, bool>> lines;  // and whether it won
  for (std::size_t i = 0; i < state.tried.size(); ++i) {
    lines.emplace_back(state.tried[i], state.winner && *state.winner == i);
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& a, const auto& b) { return a.first.setting < b.first.setting; });
  std::vector<std::vector<std::string>> rows(1);
  for (const Axis& axis : grid.axes) rows[0].push_back(axis.parameter);
  rows[0].push_back(fmt::format("{} {}", name_of(score), loss));
  for (const auto& [candidate, won] : lines) {
    std::vector<std::string> row;
    for (std::size_t a = 0; a < grid.axes.size(); ++a) {
      row.push_back(text_of(grid.value(candidate.setting, a)));
    }
    const bool finite = std::isfinite(candidate.score);
    row.push_back(
        finite ? fmt::format("{}{:.5g}", candidate.discarded ? ">= " : "", candidate.score) : "-");
    rows.push_back(std::move(row));
  }
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  std::string out;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const bool won = r > 0 && lines[r - 1].second;
    std::string line = won ? "*" : " ";
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      line += fmt::format(" {:>{}}", rows[r][c], widths[c] + (c == 0 ? 0 : 1));
    }
    if (r > 0) line += "  " + note_on(lines[r - 1].first, runs, won);
    line.erase(line.find_last_not_of(' ') + 1);
    out +=
        (colours && (won || r == 0) ? fmt::format(fmt::emphasis::bold, "{}", line) : line) + "\n";
  }
  return out;
}

std::string effort(const SearchState& state, std::size_t runs) {
  std::size_t done = 0;
  for (const Candidate& each : state.tried) done += each.runs;
  return fmt::format("{}, {} of {} runs", counted(state.tried.size(), "setting"), done,
                     state.tried.size() * runs);
}

std::vector<std::string> at_the_edge(const Grid& grid, std::size_t setting) {
  std::vector<std::string> names;
  const std::vector<std::size_t> places = grid.places(setting);
  for (std::size_t a = 0; a < grid.axes.size(); ++a) {
    const Axis& axis = grid.axes[a];
    if ((places[a] == 0 && axis.open_below) ||
        (places[a] + 1 == axis.values.size() && axis.open_above)) {
      names.push_back(axis.parameter);
    }
  }
  return names;
}

std::string wider(const Grid& grid, const std::string& parameter) {
  std::string table;
  for (const Axis& axis : grid.axes) {
    const bool widened = axis.parameter == parameter;
    std::string tried;
    if (axis.refined() || widened) {
      const auto end = [&](std::size_t place, double factor) {
        const auto* whole = std::get_if<std::int64_t>(&axis.values[place]);
        return (whole != nullptr ? static_cast<double>(*whole)
                                 : std::get<double>(axis.values[place])) *
               (widened ? factor : 1.0);
      };
      tried = fmt::format("{{ decades = [{:.0e}, {:.0e}]{} }}",
                          end(axis.coarse.front(), axis.open_below ? 0.1 : 1.0),
                          end(axis.coarse.back(), axis.open_above ? 10.0 : 1.0),
                          axis.refined() ? "" : ", linear = false");
    } else {
      for (const Value& value : axis.values) tried += (tried.empty() ? "[" : ", ") + text_of(value);
      tried += "]";
    }
    table += fmt::format("{}{} = {}", table.empty() ? "" : ", ", axis.parameter, tried);
  }
  return fmt::format("tune = {{ {} }}", table);
}

std::string counted(std::size_t n, const std::string& what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

std::string ranges_text(const std::vector<std::uint64_t>& ascending) {
  std::string text;
  for (std::size_t i = 0; i < ascending.size();) {
    std::size_t last = i;
    while (last + 1 < ascending.size() && ascending[last + 1] == ascending[last] + 1) ++last;
    text += (text.empty() ? "" : ", ") + fmt::format("{}", ascending[i]);
    if (last > i) text += fmt::format("-{}", ascending[last]);
    i = last + 1;
  }
  return text;
}

}  // namespace zeroth::host
