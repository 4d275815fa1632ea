// argv, checked.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace zeroth::host {

struct ListOptions {
  bool optimizers = true, problems = true;
};
struct DescribeOptions {
  std::string name;
};
struct RunOptions {
  std::string experiment, output;
  int threads = 1;
  bool dry_run = false, isolate = false, retry_failed = false;
  std::vector<std::string> settings, only;
};
struct TrainOptions {
  std::string training, output;
  int threads = 1;
  std::vector<std::string> settings;
};
struct TuneOptions {
  std::string experiment, output;
  int threads = 1;
  bool dry_run = false, exhaustive = false, isolate = false, overwrite = false;
  std::vector<std::string> settings;
};
struct NewOptions {
  std::string kind;  // "optimizer" or "problem"
  std::string name, output;
};
struct MinimizeOptions {
  std::string command, bounds, start, protocol, optimizer, output, resume;
  std::int64_t dimension = 0, batch = 1;
  double timeout = 0;  // seconds; 0: none
  std::optional<std::uint64_t> queries;
  std::optional<double> seconds, target;
  std::uint64_t seed = 1;
  int threads = 1;
  bool json = false;
  std::vector<std::string> settings;
};
struct ReportOptions {
  std::string file, output;       // output "": the table
  std::vector<std::uint64_t> at;  // iterations
  bool overwrite = false;
};
struct ExportOptions {
  std::string file, csv;
  bool overwrite = false;
};
struct CheckOptions {
  std::string library;
  std::vector<std::string> settings, only;
  double timeout_seconds = 10;
  int processes = 1;
  bool json = false, list = false;
};

/// What the commands do; each returns the exit code.
struct Commands {
  std::function<int(const ListOptions&)> list;
  std::function<int(const DescribeOptions&)> describe;
  std::function<int(const RunOptions&)> run;
  std::function<int(const MinimizeOptions&)> minimize;
  std::function<int(const TrainOptions&)> train;
  std::function<int(const TuneOptions&)> tune;
  std::function<int(const NewOptions&)> new_plugin;
  std::function<int(const ReportOptions&)> report;
  std::function<int(const ExportOptions&)> export_results;
  std::function<int(const CheckOptions&)> check;
  std::function<int(const std::vector<std::string>&)> check_child;  // one test of a check
};

/// Finds the command, reads its options and calls it, or prints help or the version to out.
/// plugin_folders  receives --plugin-dir before a command is called.
/// Throws UserError for what is wrong in argv.
int dispatch(const std::vector<std::string>& arguments, const Commands& commands,
             std::vector<std::string>& plugin_folders, std::ostream& out);

}  // namespace zeroth::host
