// The result file: one SQLite database.  A run that append() has returned for is on disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "run/result.hpp"

struct sqlite3;

namespace zeroth::host {

/// A row: a cell of the plan and its result, as plain values.
struct StoredRun {
  std::string key;
  std::uint64_t position = 0;
  std::string problem, problem_label, problem_parameters;
  std::string split;
  std::uint64_t instance = 0;
  std::string optimizer, optimizer_label, optimizer_parameters;
  std::uint64_t trial = 0, seed = 0;
  RunResult result;
};

/// What the file says of the experiment as a whole: name and value pairs.
using Provenance = std::vector<std::pair<std::string, std::string>>;

/// Threads: one caller.  Processes: one writer; a second one gets an error, readers always work.
class Store {
 public:
  /// Creates the file, or opens it to add to it.  Throws UserError, and leaves the file as it was,
  /// when it is not a result file, is of a later version, or is being written by another process.
  static Store open_to_write(const std::filesystem::path& file);
  static Store open_to_read(const std::filesystem::path& file);
  /// Throws as open_to_write does; says nothing of a file that does not exist.
  static void check(const std::filesystem::path& file);

  Store(Store&& other) noexcept;
  Store& operator=(Store&&) = delete;
  ~Store();  // folds the write-ahead log into the one file

  /// Keys of the runs that are there.
  std::unordered_set<std::string> keys() const;
  std::uint64_t size() const;

  void set_provenance(const Provenance& provenance);
  Provenance provenance() const;

  /// All of them or none; durable on return.
  void append(const std::vector<StoredRun>& runs);
  /// Runs keep their place in a plan that has grown: key and new position.
  void renumber(const std::vector<std::pair<std::string, std::uint64_t>>& positions);

  /// Visits all runs by position.  Without traces, result.trace is empty and reading is quick.
  void for_each(bool with_traces, const std::function<void(const StoredRun&)>& visit) const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  explicit Store(std::filesystem::path file) : file_(std::move(file)) {}
  void open(int flags);
  void refuse_foreign() const;
  void execute(const std::string& sql) const;

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> database_;
  int lock_ = -1;  // descriptor of the writer's lock
};

}  // namespace zeroth::host
