// The result file of a `zeroth minimize`: claimed, written while it runs, and gone on with.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "awake_clock.hpp"
#include "cli/command_line.hpp"
#include "plan/plan.hpp"
#include "run/alone.hpp"
#include "run/evaluations.hpp"
#include "store/store.hpp"

namespace zeroth::host {

/// What an earlier search has left.
struct EarlierSearch {
  Store store;                    // open to be written to
  MinimizeOptions options;        // that it was given
  std::string folder;             // that it was called in
  std::optional<StoredRun> run;   // none: no point had a value yet
  std::vector<Evaluation> known;  // all of its points
};

/// Throws UserError when the file is none of a `zeroth minimize`, or another process writes it.
EarlierSearch open_search(const std::filesystem::path& file);

/// Nothing is written over, and a new file without a value is gone again.
/// Threads: one caller.
class SearchFile {
 public:
  /// plan and options must outlive it.
  SearchFile(const Plan& plan, const MinimizeOptions& options,
             std::optional<EarlierSearch> earlier);
  SearchFile(const SearchFile&) = delete;
  SearchFile& operator=(const SearchFile&) = delete;
  ~SearchFile();

  const std::string& name() const { return name_; }
  /// What is looked for, and how far: so that it can be gone on with, whatever happens.
  void enter();

  /// What a program that is killed leaves behind: the best so far, and every point.
  void keep(const Standing& now);
  void keep(std::vector<Evaluation> evaluations);
  /// The whole.
  void keep(const LoneRun& run);

 private:
  void put(StoredRun run, const Incumbent& best);
  bool is_further(const RunResult& result) const;

  const Plan& plan_;
  std::string name_;
  Provenance circumstances_;
  std::optional<Store> store_;
  std::optional<StoredRun> before_;        // of the search that this one goes on with
  std::vector<Evaluation> not_yet_there_;  // but asked for
  bool holds_a_value_;
  AwakeClock::time_point started_ = AwakeClock::now();
};

/// Throws UserError: there is something of that name.
[[noreturn]] void refuse_present(const std::string& file);

/// "0.5 -1"
std::string numbers_text(const std::vector<double>& x);

}  // namespace zeroth::host
