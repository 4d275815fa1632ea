#include "report/page_analyses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <unordered_map>

#include "report/digest.hpp"
#include "report/png.hpp"
#include "report/rounded.hpp"
#include "report/statistics.hpp"

namespace zeroth::host {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_runs = 24;         // with pictures or internals, on a page
constexpr std::size_t most_coordinates = 12;  // of one run
constexpr std::size_t most_points = 300;      // of one line

std::string base64(const std::string& bytes) {
  constexpr const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 63];
  }
  return text;
}

/// The values of a sample that are finite, summed up.
Json moments(std::vector<double> sample) {
  std::erase_if(sample, [](double v) { return !std::isfinite(v); });
  return {{"mean", rounded(mean(sample))},
          {"deviation", rounded(standard_deviation(sample))},
          {"runs", sample.size()}};
}

// The part of a run over which its cosines are averaged.
struct Window {
  std::string name;
  std::function<double(const ReportedRun&)> end;  // the last iteration; NaN: not this run
};

double first_success(const ReportedRun& run) {
  for (const auto& [name, value] : run.metrics) {
    if (name == "first_success_iteration") return value;
  }
  return std::nan("");
}

const std::vector<Window>& windows() {
  static const std::vector<Window> all{
      {"all iterations",
       [](const ReportedRun& run) { return static_cast<double>(run.iterations); }},
      {"the first 50 iterations", [](const ReportedRun&) { return 50.0; }},
      {"until the first success", first_success}};
  return all;
}

class Analyses {
 public:
  explicit Analyses(const Results& results)
      : results_(results),
        cosines_(results.problems.size(),
                 std::vector<std::vector<Cosines>>(results.optimizers.size())) {
    for (std::size_t r = 0; r < results.runs.size(); ++r) places_[results.runs[r].key] = r;
  }

  void add(Store::Seen seen) {
    const std::size_t place = places_.at(seen.key);
    const ReportedRun& run = results_.runs[place];
    bool has_internals = false;
    for (const Series& each : seen.series) {
      has_internals = has_internals || each.analysis == "internals" || each.analysis == "replay";
      if (each.analysis == "cosine")
        cosines_[run.problem][run.optimizer].push_back({place, each.rows});
    }
    if (!has_internals && seen.pictures.empty()) return;
    if (runs_.size() == most_runs) {
      ++left_out_;
      return;
    }
    const ReportedProblem& problem = results_.problems[run.problem];
    Json json{{"problem", run.problem},
              {"optimizer", run.optimizer},
              {"instance", problem.instances[run.instance].index},
              {"label", problem.instances[run.instance].label},
              {"trial", run.trial},
              {"pictures", pictures(seen)},
              {"internals", internals(seen)}};
    runs_.push_back(std::move(json));
  }

  Json json() const {
    Json problems = Json::array();
    bool any = !runs_.empty();
    for (std::size_t p = 0; p < cosines_.size(); ++p) {
      problems.push_back(cosines_of(p));
      any = any || !problems.back().is_null();
    }
    if (!any) return nullptr;
    return {{"cosines", problems},
            {"sweeps", sweeps()},
            {"runs", runs_},
            {"left_out", left_out_},
            {"coordinates_left_out", coordinates_left_out_}};
  }

 private:
  struct Cosines {
    std::size_t run = 0;
    std::vector<Series::Row> rows;
  };

  // Curves over the runs, and means over windows of each run, then over the runs.
  Json cosines_of(std::size_t p) const {
    std::uint64_t last = 0;
    for (const auto& runs : cosines_[p]) {
      for (const Cosines& each : runs) {
        if (!each.rows.empty()) last = std::max(last, each.rows.back().iteration);
      }
    }
    if (last == 0) return nullptr;
    std::vector<std::uint64_t> points = axis_points(last, most_points);
    std::erase(points, 0u);
    Json series = Json::array(), means = Json::array();
    for (std::size_t o = 0; o < cosines_[p].size(); ++o) {
      if (cosines_[p][o].empty()) continue;
      std::vector<double> middle, deviation;
      for (const std::uint64_t point : points) {
        std::vector<double> there;
        for (const Cosines& each : cosines_[p][o]) {
          if (each.rows.empty() || point > each.rows.back().iteration) continue;
          // The first not before: of a long series not every iteration is stored.
          there.push_back(std::lower_bound(each.rows.begin(), each.rows.end(), point,
                                           [](const Series::Row& row, std::uint64_t iteration) {
                                             return row.iteration < iteration;
                                           })
                              ->value);
        }
        std::erase_if(there, [](double v) { return !std::isfinite(v); });
        middle.push_back(mean(there));
        deviation.push_back(there.size() > 1 ? standard_deviation(there) : 0.0);
      }
      series.push_back({{"optimizer", o},
                        {"mean", rounded(middle)},
                        {"deviation", rounded(deviation)},
                        {"runs", cosines_[p][o].size()}});
      Json of_windows = Json::array();
      for (const Window& window : windows()) {
        std::vector<double> of_runs;
        for (const Cosines& each : cosines_[p][o])
          of_runs.push_back(mean_until(window.end(results_.runs[each.run]), each.rows));
        of_windows.push_back(moments(of_runs));
      }
      means.push_back({{"optimizer", o}, {"windows", of_windows}});
    }
    Json names = Json::array();
    for (const Window& window : windows()) names.push_back(window.name);
    return {{"x", points}, {"series", series}, {"windows", names}, {"means", means}};
  }

  static double mean_until(double end, const std::vector<Series::Row>& rows) {
    std::vector<double> values;
    for (const Series::Row& row : rows) {
      if (static_cast<double>(row.iteration) <= end && std::isfinite(row.value))
        values.push_back(row.value);
    }
    return mean(values);
  }

  // Optimizers that differ in one number alone: [{parameter, families: [{name, points}]}].
  Json sweeps() const {
    std::map<std::string, std::map<std::string, Json>> by_parameter;  // then by family
    for (std::size_t o = 0; o < results_.optimizers.size(); ++o) {
      const ReportedOptimizer& optimizer = results_.optimizers[o];
      const Json parameters = Json::parse(optimizer.parameters, nullptr, false);
      if (!parameters.is_object()) continue;  // not as we write them
      for (const auto& [name, value] : parameters.items()) {
        if (!value.is_number()) continue;
        Json others = parameters;
        others.erase(name);
        std::string family = optimizer.label;
        const std::string swept = fmt::format(  // as a label says it
            " {}={}", name,
            value.is_number_float() ? fmt::format("{}", value.get<double>()) : value.dump());
        if (const std::size_t at = family.find(swept); at != std::string::npos)
          family.erase(at, swept.size());
        Json& points = by_parameter[name][optimizer.id + " " + others.dump() + " " + family];
        points["name"] = family;
        points["points"].push_back({{"optimizer", o}, {"at", value}});
      }
    }
    Json list = Json::array();
    for (const auto& [name, families] : by_parameter) {
      Json swept = Json::array();
      for (const auto& [key, family] : families) {
        if (family["points"].size() > 1) swept.push_back(family);
      }
      std::sort(swept.begin(), swept.end(), [](const Json& a, const Json& b) {
        return a["points"][0]["optimizer"] < b["points"][0]["optimizer"];
      });
      if (!swept.empty()) list.push_back({{"parameter", name}, {"families", swept}});
    }
    return list;
  }

  // {names, iterations, images: by name and iteration, scales: by name, metrics: [{name, values}]}
  static Json pictures(Store::Seen& seen) {
    if (seen.pictures.empty()) return nullptr;
    give_common_scales(seen.pictures);
    std::vector<std::string> names;
    std::set<std::uint64_t> iterations;
    std::map<std::pair<std::string, std::uint64_t>, const RenderedPicture*> found;
    for (const RenderedPicture& each : seen.pictures) {
      if (std::find(names.begin(), names.end(), each.name) == names.end())
        names.push_back(each.name);
      iterations.insert(each.iteration);
      found[{each.name, each.iteration}] = &each;
    }
    Json images = Json::array(), scales = Json::array(), metrics = Json::array();
    for (const std::string& name : names) {
      Json row = Json::array(), scale;
      for (const std::uint64_t iteration : iterations) {
        const auto picture = found.find({name, iteration});
        if (picture == found.end()) {
          row.push_back(nullptr);
          continue;
        }
        const RenderedPicture& here = *picture->second;
        row.push_back(can_be_drawn(here) ? Json(base64(png_of(here))) : Json());
        scale = {rounded(here.lowest), rounded(here.highest)};
      }
      images.push_back(std::move(row));
      scales.push_back(std::move(scale));
    }
    for (const Series& each : seen.series) {
      if (each.analysis != "pictures") continue;
      Json values = Json::array();
      for (const std::uint64_t iteration : iterations) {
        const auto row =
            std::find_if(each.rows.begin(), each.rows.end(),
                         [&](const Series::Row& r) { return r.iteration == iteration; });
        values.push_back(row == each.rows.end() ? Json() : Json(rounded(row->value)));
      }
      metrics.push_back({{"name", each.name}, {"values", values}});
    }
    return {{"names", names},
            {"iterations", iterations},
            {"images", images},
            {"scales", scales},
            {"metrics", metrics}};
  }

  // [{coordinate: null for the norms, own: [{name, x, y}], rules: [{name, x, y}]}]
  Json internals(const Store::Seen& seen) {
    std::map<std::optional<std::uint64_t>, Json> by_coordinate;
    for (const Series& each : seen.series) {
      const bool is_rule = each.analysis == "replay";
      if (!is_rule && each.analysis != "internals") continue;
      Json& lines = by_coordinate[each.coordinate];
      const std::size_t stride = (each.rows.size() + most_points - 1) / most_points;
      Json x = Json::array(), y = Json::array();
      const auto keep = [&](const Series::Row& row) {
        x.push_back(row.iteration);
        y.push_back(rounded(row.value));
      };
      for (std::size_t i = 0; i < each.rows.size(); i += stride) keep(each.rows[i]);
      if (!each.rows.empty() && (each.rows.size() - 1) % stride != 0) keep(each.rows.back());
      lines[is_rule ? "rules" : "own"].push_back({{"name", each.name}, {"x", x}, {"y", y}});
    }
    Json list = Json::array();
    for (const auto& [coordinate, lines] : by_coordinate) {
      if (list.size() > most_coordinates) {
        ++coordinates_left_out_;
        continue;
      }
      list.push_back({{"coordinate", coordinate ? Json(*coordinate) : Json()},
                      {"own", lines.value("own", Json::array())},
                      {"rules", lines.value("rules", Json::array())}});
    }
    return list.empty() ? Json() : list;
  }

  const Results& results_;
  std::unordered_map<std::string, std::size_t> places_;     // of runs, by key
  std::vector<std::vector<std::vector<Cosines>>> cosines_;  // by problem and optimizer
  Json runs_ = Json::array();
  std::size_t left_out_ = 0, coordinates_left_out_ = 0;
};

}  // namespace

Json analyses_data(const Store& store, const Results& results) {
  Analyses analyses(results);
  store.for_each_seen([&](Store::Seen seen) { analyses.add(std::move(seen)); });
  return analyses.json();
}

}  // namespace zeroth::host
