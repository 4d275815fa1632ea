#include "report/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>

#include "report/new_file.hpp"
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

// What analyses saw, where something was looked at.
void write_analyses(const Store& store, const fs::path& folder, bool overwrite) {
  if (store.analyses().empty()) return;
  make_folder(folder / "pictures");
  NewFile series(folder / "analysis.csv", overwrite, another_folder);
  NewFile pictures(folder / "pictures.csv", overwrite, another_folder);
  series.out() << "run,analysis,name,coordinate,iteration,value\n";
  pictures.out() << "run,iteration,name,channels,height,width,lowest,highest,file\n";
  store.for_each_seen([&](Store::Seen seen) {
    for (const Series& each : seen.series) {
      const std::string coordinate = each.coordinate ? field(*each.coordinate) : "";
      for (const Series::Row& r : each.rows) {
        series.out() << row(seen.position, each.analysis, each.name, coordinate, r.iteration,
                            r.value)
                     << '\n';
      }
    }
    give_common_scales(seen.pictures);
    for (const RenderedPicture& each : seen.pictures) {
      const std::string name =
          fmt::format("pictures/{}-{}-{}.png", seen.position, plain(each.name), each.iteration);
      NewFile file(folder / name, overwrite, another_folder);
      file.out() << png_of(each);
      file.finish();
      const auto side = [](std::uint32_t n) { return std::uint64_t{n}; };
      pictures.out() << row(seen.position, each.iteration, each.name, side(each.channels),
                            side(each.height), side(each.width), each.lowest, each.highest, name)
                     << '\n';
    }
  });
  series.finish();
  pictures.finish();
}

}  // namespace

void write_csv(const Store& store, const fs::path& folder, bool overwrite) {
  make_folder(folder);
  NewFile runs(folder / "runs.csv", overwrite, another_folder);
  NewFile trace(folder / "trace.csv", overwrite, another_folder);
  const std::vector<std::string> metrics = metric_names(store);
  runs.out()
      << "run,problem,problem_parameters,split,instance,instance_label,optimizer,optimizer_label,"
         "optimizer_parameters,trial,seed,outcome,message,iterations,queries,initial_loss,final_"
         "loss,"
         "best_loss,wall_seconds,problem_seconds";
  for (const std::string& name : metrics) runs.out() << ",metric_" << name;
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
  write_analyses(store, folder, overwrite);
  runs.finish();
  trace.finish();
}

void write_csv(const TrainingStore& store, const fs::path& folder, bool overwrite) {
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
