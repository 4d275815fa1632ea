// The result file: one SQLite database.  A run that append() has returned for is on disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "run/evaluations.hpp"
#include "run/result.hpp"
#include "store/database.hpp"

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
  std::string analyses = {};  // what was looked at, as Plan::analyses(); empty: nothing
};

/// Where a stored run stands in a plan, and what it is called there.
struct Place {
  std::string key;
  std::uint64_t position = 0;
  std::string problem_label, optimizer_label;
};

/// What the file says of the experiment as a whole: name and value pairs.
using Provenance = std::vector<std::pair<std::string, std::string>>;

/// As Database.
class Store {
 public:
  static const FileKind& kind();
  /// most_rows  at least 2: of longer traces and series, rows evenly apart are kept, the first and
  ///            the last among them; the message of the run says so of its trace.  SQLite has no
  ///            place for more than a billion bytes, and a row takes 24.
  static Store open_to_write(const std::filesystem::path& file, std::size_t most_rows = usual_rows);
  /// Nothing where there is something of that name.
  static std::optional<Store> create(const std::filesystem::path& file);
  static Store open_to_read(const std::filesystem::path& file);

  /// Keys of the runs that are there.
  std::unordered_set<std::string> keys() const;
  /// Of those whose outcome is_failure().
  std::unordered_set<std::string> failed_keys() const;
  std::uint64_t size() const;
  bool is_lost() const { return database_.is_lost(); }
  /// What was looked at in those runs in which something was, by key.
  std::unordered_map<std::string, std::string> analyses() const;

  void set_provenance(const Provenance& provenance);
  Provenance provenance() const;
  /// Empty if there is none of this name.
  std::string provenance(const std::string& name) const;

  /// All of them or none; durable on return.  A run that has failed or was interrupted is replaced
  /// by itself, and so is one in which something was looked at now; any other must not be there.  A
  /// failure never replaces what is whole: it is left out.
  void append(const std::vector<StoredRun>& runs);
  /// Durable on return.  The run itself gives way, whatever came of it.
  void replace(const StoredRun& run);
  /// Every point that was asked for, in the order of the answers; all or none, durable on return.
  void append(const std::vector<Evaluation>& evaluations);
  /// Stored runs take their place and their names in a plan that has grown.
  void rearrange(const std::vector<Place>& places);

  /// While it is there, all reading is of one moment.
  Snapshot snapshot() const { return Snapshot(database_); }
  /// Visits all runs by position.  Without traces, result.trace is empty and reading is quick.
  /// What analyses saw is left out.
  void for_each(bool with_traces, const std::function<void(const StoredRun&)>& visit) const;
  /// What analyses saw, of each run by position in which something was looked at.
  struct Seen {
    std::string key;
    std::uint64_t position = 0;
    std::vector<Series> series;
    std::vector<RenderedPicture> pictures;
  };
  void for_each_seen(const std::function<void(const Seen&)>& visit) const;
  bool has_evaluations() const;
  enum class Order { as_answered, by_query };
  /// All points have as many coordinates.
  void for_each_evaluation(Order order, const std::function<void(const Evaluation&)>& visit) const;

 private:
  std::runtime_error damaged(const std::string& where, const std::string& what) const;
  static constexpr std::size_t usual_rows = 40'000'000;
  explicit Store(Database database) : database_(std::move(database)) {}
  Store(Database database, std::size_t most_rows);
  bool has(const char* table) const;
  Database database_;
  std::size_t most_rows_ = 0;  // to be written
};

}  // namespace zeroth::host
