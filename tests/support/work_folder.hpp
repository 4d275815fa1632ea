// `zeroth` at work in a folder of its own, as a user meets it.
#pragma once

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"
#include "support/text.hpp"

namespace zeroth::test {

inline const std::string test_plugins = ZEROTH_BINARY_DIR "/tests/plugins_for_tests";
inline const std::string zoo = ZEROTH_BINARY_DIR "/tests/zoo";

/// `from` must be there; the first of it is replaced.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  REQUIRE(has(text, from));
  return text.replace(text.find(from), from.size(), to);
}

/// Rows of fields as they are written, with their quotes.
inline std::vector<std::vector<std::string>> csv_rows(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row(1);
  bool quoted = false;
  for (const char c : text) {
    quoted = quoted != (c == '"');
    if (c == ',' && !quoted) {
      row.emplace_back();
    } else if (c == '\n' && !quoted) {
      rows.push_back(std::move(row));
      row.assign(1, "");
      REQUIRE(rows.back().size() == rows.front().size());
    } else {
      row.back() += c;
    }
  }
  return rows;
}

/// The lines, without the columns of seconds, in which no two runs are alike.
inline std::vector<std::string> without_seconds(const std::string& csv) {
  const auto rows = csv_rows(csv);
  std::vector<std::string> lines(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < rows[i].size(); ++j)
      if (!has(rows[0].at(j), "_seconds")) lines[i] += rows[i][j] + ",";
  }
  return lines;
}

/// The folder, with one file in it, the test plugins and none of the user's.
struct WorkFolder {
  WorkFolder(const std::string& file, const std::string& text) { folder.write(file, text); }

  /// See run_program().
  ProcessResult operator()(const std::vector<std::string>& arguments,
                           std::chrono::milliseconds kill_after = std::chrono::milliseconds(0),
                           int signal = SIGKILL,
                           const std::function<bool()>& once = nullptr) const {
    return run_zeroth(arguments, folder.path(), environment, kill_after, signal, once);
  }
  /// It must succeed.
  ProcessResult good(const std::vector<std::string>& arguments) const {
    ProcessResult r = (*this)(arguments);
    INFO(r.out << r.err);
    REQUIRE(r.exit_code == 0);
    return r;
  }
  bool exists(const std::string& name) const { return std::filesystem::exists(folder / name); }
  /// A table that is exported from a result file.
  std::string exported(const std::string& results, const std::string& table) const {
    good({"export", results, "--csv", results + ".csv", "--overwrite"});
    return read_all(folder / (results + ".csv") / table);
  }

  std::vector<std::string> environment{"ZEROTH_PLUGIN_PATH=" + test_plugins,
                                       "XDG_DATA_HOME=/nowhere"};
  TemporaryFolder folder;
};

}  // namespace zeroth::test
