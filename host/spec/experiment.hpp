// What a researcher asked for: the experiment file as a value.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace zeroth::host {

/// One value of a parameter.
using Value = std::variant<double, std::int64_t, bool, std::string>;
/// For labels and tables: numbers in the fewest digits, text without quotes.
std::string text_of(const Value& value);

/// A parameter as written; several values are a sweep.
struct Setting {
  std::string name;
  std::vector<Value> values;
  std::string where;  // for messages: "file:line: key"
};

/// When a run ends.  What is not given is unlimited; at least one of iterations, queries, seconds
/// is.
struct Budget {
  std::optional<std::uint64_t> iterations, queries;
  std::optional<double> seconds;  // of wall time: makes results depend on the machine
  std::optional<double> target;   // ends once the recorded loss is at most this
};

/// What one plugin's process may take in one run.  What is not given is unlimited.
struct Limits {
  std::optional<double> seconds;        // of wall time
  std::optional<std::uint64_t> memory;  // bytes
  explicit operator bool() const { return seconds || memory; }
};

/// Whether a plugin runs in a process of its own, where the file says so.
struct Isolate {
  std::optional<bool> wanted;
  std::string where;
};

enum class Split { train, test };
inline const char* name_of(Split split) { return split == Split::train ? "train" : "test"; }

/// Which instances of a split.
struct Instances {
  bool all = true;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;  // first and last, both included
};

struct ProblemSpec {
  std::string id;
  std::string label;  // as an optimizer's
  Split split = Split::test;
  Instances instances;
  std::string instances_where;
  std::vector<Setting> settings;
  std::string where;
  Isolate isolate = {};
};

/// What `zeroth tune` tries for a parameter.
struct SearchSpec {
  std::string parameter;
  std::vector<Value> values;  // in this order; empty: powers of ten
  int first_exponent = 0, last_exponent = 0;
  bool linear = true;  // then the multiples between the neighbours of the best power
  std::string where;
};

struct OptimizerSpec {
  std::string id;
  std::string label;  // "" : made from the name and the swept values
  std::vector<Setting> settings;
  std::string where;
  Isolate isolate = {};
  std::optional<std::vector<SearchSpec>> tune = {};  // nothing: the protocol of the paper
};

/// How the runs of a setting become one number.
enum class Score { mean, median };
inline const char* name_of(Score score) { return score == Score::mean ? "mean" : "median"; }

/// How `zeroth tune` compares settings.
struct TuneSpec {
  std::optional<Instances> instances;  // of the train split; nothing: the first twenty
  std::string instances_where;
  std::uint64_t trials = 1;
  std::vector<std::uint64_t> at;  // the loss of a run: mean after so many iterations, or the last
  Score score = Score::mean;
  double floor = 0;  // no loss is below it
};

/// What is looked at in some runs beside their losses.
enum class AnalysisKind { cosine, internals, replay, pictures };
inline constexpr auto last_analysis_kind = AnalysisKind::pictures;
inline const char* name_of(AnalysisKind kind) {
  constexpr const char* names[] = {"cosine", "internals", "replay", "pictures"};
  return names[static_cast<int>(kind)];
}

struct AnalysisSpec {
  AnalysisKind kind = AnalysisKind::cosine;
  std::vector<std::string> only;           // patterns of the names of runs; empty: all
  std::vector<std::uint64_t> coordinates;  // of internals and replay, ascending
  std::vector<std::uint64_t> iterations;   // of pictures, ascending
  std::vector<OptimizerSpec> optimizers;   // of replay
  std::string where;
};

struct Experiment {
  std::filesystem::path file;
  std::string text;   // the file as read, kept beside the results
  std::string scale;  // of its [scale.NAME], the one that was chosen; empty: none
  std::string title;
  std::uint64_t seed = 1;
  std::uint64_t trials = 1;
  Budget budget;
  Limits limits;         // given: every plugin is isolated
  bool isolate = false;  // every plugin, whatever the file says
  std::vector<ProblemSpec> problems;
  std::vector<OptimizerSpec> optimizers;
  TuneSpec tune;
  std::vector<AnalysisSpec> analyses = {};
};

}  // namespace zeroth::host
