#include "report/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "new_file.hpp"
#include "report/png.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace fs = std::filesystem;
namespace {

constexpr const char* another_folder = "name another folder with --csv";

std::string field(double value) {
  if (std::isnan(value)) return "";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return fmt::format("{}", value);
}
std::string field(std::uint64_t value) { return fmt::format("{}", value); }
std::string field(const std::string& value) {
  if (value.find_first_of(",\"\r\n") == std::string::npos) return value;
  std::string quoted = "\"";
  for (const char c : value) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

template <typename... Fields>
std::string row(const Fields&... fields) {
  std::string line;
  ((line += field(fields) + ","), ...);
  line.pop_back();
  return line;
}

// All metrics of all problems, in the order of first appearance.
std::vector<std::string> metric_names(const Store& store) {
  std::vector<std::string> names;
  store.for_each(false, [&](const StoredRun& run) {
    for (const auto& [name, value] : run.result.metrics) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  });
  return names;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw UserError(folder.string(), error.message(), "name a folder that can be written");
}

// As part of a file's name.
std::string plain(const std::string& name) {
  std::string text = name;
  for (char& c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_') c = '_';
  }
  return text;
}

// What analyses saw.
class AnalysisFiles {
 public:
  AnalysisFiles(fs::path folder, bool overwrite)
      : folder_(std::move(folder)),
        overwrite_(overwrite),
        series_(folder_ / "analysis.csv", overwrite, another_folder),
        pictures_(folder_ / "pictures.csv", overwrite, another_folder) {
    make_folder(folder_ / "pictures");
  }

  /// The number of pictures that cannot be drawn.
  std::size_t write(const Store& store) {
    series_.out() << "run,analysis,name,coordinate,iteration,value\n";
    pictures_.out() << "run,iteration,name,channels,height,width,lowest,highest,file\n";
    std::size_t not_drawn = 0;
    store.for_each_seen([&](Store::Seen seen) {
      for (const Series& each : seen.series) put(seen.position, each);
      give_common_scales(seen.pictures);
      std::map<std::string, std::size_t> names;
      for (const RenderedPicture& each : seen.pictures)
        not_drawn += put(seen.position, each, names) ? 0 : 1;
    });
    series_.finish();
    pictures_.finish();
    return not_drawn;
  }

 private:
  void put(std::uint64_t run, const Series& series) {
    const std::string coordinate = series.coordinate ? field(*series.coordinate) : "";
    for (const Series::Row& r : series.rows) {
      series_.out() << row(run, series.analysis, series.name, coordinate, r.iteration, r.value)
                    << '\n';
    }
  }

  /// Whether it can be drawn.  names: how many pictures of the run have each.
  bool put(std::uint64_t run, const RenderedPicture& picture,
           std::map<std::string, std::size_t>& names) {
    const bool drawn = can_be_drawn(picture);
    std::string name;
    if (drawn) {
      const std::string stem =
          fmt::format("pictures/{}-{}-{}", run, plain(picture.name), picture.iteration);
      const std::size_t same = ++names[stem];  // a name may lose what tells it from another
      name = same == 1 ? stem + ".png" : fmt::format("{}-{}.png", stem, same);
      NewFile file(folder_ / name, overwrite_, another_folder);
      file.out() << png_of(picture);
      file.finish();
    }
    const auto side = [](std::uint32_t n) { return std::uint64_t{n}; };
    pictures_.out() << row(run, picture.iteration, picture.name, side(picture.channels),
                           side(picture.height), side(picture.width), picture.lowest,
                           picture.highest, name)
                    << '\n';
    return drawn;
  }

  fs::path folder_;
  bool overwrite_;
  NewFile series_, pictures_;
};

void write_points(const Store& store, NewFile& file) {
  bool begun = false;
  store.for_each_evaluation(Store::Order::by_query, [&](const Evaluation& each) {
    if (!std::exchange(begun, true)) {
      file.out() << "query,f";
      for (std::size_t i = 1; i <= each.x.size(); ++i) file.out() << ",x" << i;
      file.out() << '\n';
    }
    file.out() << row(each.query, each.f);
    for (const double v : each.x) file.out() << ',' << field(v);
    file.out() << '\n';
  });
  file.finish();
}

}  // namespace

std::size_t write_csv(const Store& store, const fs::path& folder, bool overwrite) {
  const Snapshot snapshot = store.snapshot();
  make_folder(folder);
  NewFile runs(folder / "runs.csv", overwrite, another_folder);
  NewFile trace(folder / "trace.csv", overwrite, another_folder);
  std::optional<AnalysisFiles> analyses;
  if (!store.analyses().empty()) analyses.emplace(folder, overwrite);
  std::optional<NewFile> points;
  if (store.has_evaluations()) points.emplace(folder / "points.csv", overwrite, another_folder);
  const std::vector<std::string> metrics = metric_names(store);
  runs.out()
      << "run,problem,problem_parameters,split,instance,instance_label,optimizer,optimizer_label,"
         "optimizer_parameters,trial,seed,outcome,message,iterations,queries,initial_loss,final_"
         "loss,"
         "best_loss,wall_seconds,problem_seconds";
  for (const std::string& name : metrics) runs.out() << ',' << field("metric_" + name);
  runs.out() << '\n';
  trace.out() << "run,iteration,queries,loss\n";
  store.for_each(true, [&](const StoredRun& r) {
    const RunResult& result = r.result;
    runs.out() << row(r.position, r.problem, r.problem_parameters, r.split, r.instance,
                      result.instance_label, r.optimizer, r.optimizer_label, r.optimizer_parameters,
                      r.trial, r.seed, std::string(name_of(result.outcome)), result.message,
                      result.iterations, result.queries, result.initial_loss, result.final_loss,
                      result.best_loss, result.wall_seconds, result.problem_seconds);
    for (const std::string& name : metrics) {
      const auto found = std::find_if(result.metrics.begin(), result.metrics.end(),
                                      [&](const auto& metric) { return metric.first == name; });
      runs.out() << ',' << (found == result.metrics.end() ? "" : field(found->second));
    }
    runs.out() << '\n';
    for (const TraceRow& t : result.trace) {
      trace.out() << row(r.position, t.iteration, t.queries, t.loss) << '\n';
    }
  });
  runs.finish();
  trace.finish();
  if (points) write_points(store, *points);
  return analyses ? analyses->write(store) : 0;
}

void write_csv(const TrainingStore& store, const fs::path& folder, bool overwrite) {
  const Snapshot snapshot = store.snapshot();
  make_folder(folder);
  NewFile steps(folder / "training.csv", overwrite, another_folder);
  NewFile validations(folder / "validation.csv", overwrite, another_folder);
  steps.out()
      << "phase,epoch,step,failed,objective,initial_loss,final_loss,gradient_norm,seconds\n";
  store.for_each([&](const StepRecord& r) {
    steps.out() << row(r.phase + 1, r.epoch, r.step, r.failed, r.objective, r.initial_loss,
                       r.final_loss, r.gradient_norm, r.seconds)
                << '\n';
  });
  validations.out() << "phase,epoch,score,seconds\n";
  store.for_each([&](const ValidationRecord& r) {
    validations.out() << row(r.phase + 1, r.epoch, r.score, r.seconds) << '\n';
  });
  steps.finish();
  validations.finish();
}

}  // namespace zeroth::host
