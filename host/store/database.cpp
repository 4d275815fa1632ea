#include "store/database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "new_file.hpp"
#include "store/statement.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace fs = std::filesystem;

void Database::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

Database::Database(Database&& other) noexcept
    : kind_(other.kind_),
      file_(std::move(other.file_)),
      database_(std::move(other.database_)),
      lock_(std::exchange(other.lock_, -1)) {}

Database::~Database() {
  if (lock_ >= 0 && database_ != nullptr) {
    sqlite3_exec(database_.get(), "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
  }
  database_.reset();
  if (lock_ >= 0) ::close(lock_);  // only now: closing it drops SQLite's own locks on the file
}

Transaction::~Transaction() {
  if (!committed_) sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Snapshot::~Snapshot() { sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr); }

void Database::open(int flags) {
  sqlite3* raw = nullptr;
  // Absolute: SQLite takes ":memory:" and "file:..." for more than names.
  const int code = sqlite3_open_v2(absolute_path(file_).c_str(), &raw, flags, nullptr);
  database_.reset(raw);
  if (code != SQLITE_OK) {
    if (access(file_.c_str(), R_OK) != 0 && errno == EACCES) refuse_access("may not be read");
    throw UserError(file_.string(), raw == nullptr ? "out of memory" : sqlite3_errmsg(raw),
                    "check that the folder exists and may be written to");
  }
  sqlite3_busy_timeout(raw, 10'000);
}

void Database::refuse_access(const char* what) const {
  throw UserError(file_.string(), what, "ask its owner for the right to, or name another file");
}

void Database::execute(const std::string& sql) const {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    throw SqliteError(database_.get());
}

bool Database::is_lost() const {
  struct stat ours {};
  struct stat there {};
  return lock_ >= 0 && !(fstat(lock_, &ours) == 0 && stat(file_.c_str(), &there) == 0 &&
                         ours.st_ino == there.st_ino && ours.st_dev == there.st_dev);
}

void Database::refuse_lost() const {
  if (!is_lost()) return;
  throw std::runtime_error(file_.string() +
                           ": was removed, renamed or replaced while it was being written to");
}

void Database::refuse_foreign() const {
  const auto pragma = [this](const char* sql) {
    Statement statement(database_.get(), sql);
    return statement.step() ? statement.integer(0) : 0;
  };
  try {
    if (pragma("PRAGMA application_id") == kind_.application_id) {
      const std::int64_t found = pragma("PRAGMA user_version");
      if (found <= kind_.version) return;
      throw UserError(
          file_.string(),
          fmt::format("was written in format {}, this program knows {}", found, kind_.version),
          "use the newer zeroth that wrote it");
    }
  } catch (const SqliteError& error) {
    if (error.code() == SQLITE_CANTOPEN) {
      throw UserError(file_.string(), "its writer was cut off, and to recover it is to write",
                      "copy it, with the -wal file beside it, to where you may write");
    }
    if (error.code() != SQLITE_NOTADB) throw;
  }
  throw UserError(file_.string(), fmt::format("is not a {}; it was left as it is", kind_.name),
                  "name another file");
}

// Source: https://www.sqlite.org/fileformat.html, bytes 68 to 71 of the header.
bool Database::is(const fs::path& file, const FileKind& kind) {
  std::ifstream in(file, std::ios::binary);
  std::array<unsigned char, 72> header{};
  in.read(reinterpret_cast<char*>(header.data()), header.size());
  std::uint32_t id = 0;
  for (std::size_t i = 68; i < header.size(); ++i) id = id << 8 | header[i];
  return in.good() && id == static_cast<std::uint32_t>(kind.application_id);
}

void Database::check(const fs::path& file, const FileKind& kind) {
  std::error_code error;
  if (fs::is_directory(file, error)) {
    throw UserError(file.string(), "is a folder", "name a file with -o");
  }
  if (!fs::exists(file, error)) {
    if (!fs::is_directory(absolute_path(file).parent_path(), error)) {
      throw UserError(file.string(), "its folder does not exist",
                      "make it, or name another file with -o");
    }
    return;
  }
  if (fs::file_size(file, error) == 0) return;  // a start that was cut off
  try {
    open_to_read(file, kind);
  } catch (const UserError&) {
    // The same in the midst of its first transaction, which opening has taken back.
    if (fs::file_size(file, error) != 0) throw;
  }
}

Database Database::open_to_read(const fs::path& file, const FileKind& kind) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) {
    throw UserError(file.string(), "there is no such file", fmt::format("name a {}", kind.name));
  }
  if (fs::is_directory(file, ignored)) throw UserError(file.string(), "is a folder");
  Database database(file, kind);
  // A file that a kill has cut off is recovered on opening, which is a write.
  database.open(access(file.c_str(), W_OK) == 0 ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
  database.refuse_foreign();
  return database;
}

Database Database::open_to_write(const fs::path& file, const FileKind& kind) {
  check(file, kind);
  Database database(file, kind);
  database.lock(O_CREAT);
  database.begin();
  return database;
}

std::optional<Database> Database::create(const fs::path& file, const FileKind& kind) {
  Database database(file, kind);
  if (!database.lock(O_CREAT | O_EXCL)) return std::nullopt;
  try {
    database.begin();
  } catch (...) {
    std::error_code ignored;
    fs::remove(file, ignored);
    throw;
  }
  return database;
}

// Opens the file and takes the writer's lock on it.  False: O_EXCL, and there is one.
bool Database::lock(int flags) {
  const fs::path folder = absolute_path(file_).parent_path();
  if (access(folder.c_str(), W_OK) != 0) {  // the journal stands beside the file
    throw UserError(folder.string(), std::strerror(errno),
                    "name a file in a folder that may be written to, with -o");
  }
  lock_ = ::open(file_.c_str(), O_RDWR | O_CLOEXEC | flags, 0666);
  if (lock_ < 0) {
    const int why = errno;
    if (why == EEXIST && (flags & O_EXCL) != 0) return false;
    if (why == EACCES && access(file_.c_str(), F_OK) == 0) refuse_access("may not be written to");
    throw UserError(file_.string(), std::strerror(why), "check that the folder may be written to");
  }
  if (flock(lock_, LOCK_EX | LOCK_NB) == 0) return true;
  const int why = errno;
  ::close(std::exchange(lock_, -1));
  throw UserError(file_.string(),
                  why == EWOULDBLOCK ? "another zeroth is writing to it" : std::strerror(why),
                  "wait for it to end, or name another file with -o");
}

// Of a file that is locked.
void Database::begin() {
  open(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  {
    Statement tables(database_.get(), "SELECT count(*) FROM sqlite_master");
    tables.step();
    if (tables.integer(0) == 0) {
      execute(fmt::format("BEGIN; PRAGMA application_id = {}; PRAGMA user_version = {}; {} COMMIT",
                          kind_.application_id, kind_.version, kind_.schema));
    }
  }
  refuse_foreign();
  try {
    execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  } catch (const SqliteError& error) {
    if (error.code() != SQLITE_BUSY) throw;
    throw UserError(file_.string(), "is being read by another program",
                    "wait for that report or export to end");
  }
}

}  // namespace zeroth::host
