// One SQLite file of ours: opened with care, written by one process at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

struct sqlite3;

namespace zeroth::host {

/// What a file of ours holds; how others are told apart.
struct FileKind {
  int application_id;
  int version;
  const char* name;    // "Zeroth result file"
  const char* schema;  // SQL
};

/// What COMMIT has returned for is on disk.
/// Threads: one caller.  Processes: one writer; a second one gets an error, readers always work.
class Database {
 public:
  /// Creates the file, or opens it to add to it.  Throws UserError, and leaves the file as it was,
  /// when it is of another kind or of a later version, or is being written by another process.
  static Database open_to_write(const std::filesystem::path& file, const FileKind& kind);
  /// Creates the file.  Nothing where there is something of that name.
  static std::optional<Database> create(const std::filesystem::path& file, const FileKind& kind);
  static Database open_to_read(const std::filesystem::path& file, const FileKind& kind);
  /// Whether the file is one of this kind; false also where it cannot be read.
  static bool is(const std::filesystem::path& file, const FileKind& kind);
  /// Throws as open_to_write does; says nothing of a file that does not exist.
  static void check(const std::filesystem::path& file, const FileKind& kind);

  Database(Database&& other) noexcept;
  Database& operator=(Database&&) = delete;
  ~Database();  // folds the write-ahead log into the one file

  sqlite3* get() const { return database_.get(); }
  const std::filesystem::path& file() const { return file_; }
  void execute(const std::string& sql) const;
  /// Whether the file that is written to is no longer the one of that name.
  bool is_lost() const;
  /// Throws std::runtime_error where it is.
  void refuse_lost() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  Database(std::filesystem::path file, const FileKind& kind)
      : kind_(kind), file_(std::move(file)) {}
  void open(int flags);
  bool lock(int flags);
  void begin();
  void refuse_foreign() const;
  [[noreturn]] void refuse_access(const char* what) const;

  const FileKind& kind_;
  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> database_;
  int lock_ = -1;  // descriptor of the writer's lock
};

/// All that is written until commit(), or nothing.
class Transaction {
 public:
  explicit Transaction(const Database& database) : database_(database) {
    database.refuse_lost();
    database.execute("BEGIN IMMEDIATE");
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit() {
    database_.execute("COMMIT");
    committed_ = true;
  }

 private:
  const Database& database_;
  bool committed_ = false;
};

/// What is read until its end is of one moment: that of the first reading.  The writer goes on.
class Snapshot {
 public:
  explicit Snapshot(const Database& database) : database_(database) { database.execute("BEGIN"); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot();

 private:
  const Database& database_;
};

}  // namespace zeroth::host
