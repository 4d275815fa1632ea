// A prepared SQLite statement.
#pragma once

#include <sqlite3.h>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace zeroth::host {

class SqliteError : public std::runtime_error {
 public:
  explicit SqliteError(sqlite3* database)
      : std::runtime_error(
            name_of(database) + ": " + sqlite3_errmsg(database) +
            (sqlite3_errcode(database) == SQLITE_FULL
                 ? "; free some space: what is in the file stays, and can be gone on from"
                 : "")),
        code_(sqlite3_errcode(database)) {}
  int code() const { return code_; }

 private:
  static std::string name_of(sqlite3* database) {
    const char* file = sqlite3_db_filename(database, "main");
    return file == nullptr ? "database" : file;
  }
  int code_;
};

struct Blob {
  std::string bytes;
};

/// Threads: those of its database.
class Statement {
 public:
  Statement(sqlite3* database, const std::string& sql) : database_(database) {
    sqlite3_stmt* raw = nullptr;
    check(sqlite3_prepare_v2(database, sql.c_str(), -1, &raw, nullptr));
    statement_.reset(raw);
  }

  /// Sets the placeholders from the first on; values are copied.
  template <typename... Values>
  Statement& bind(const Values&... values) {
    int place = 0;
    (put(++place, values), ...);
    return *this;
  }
  /// True: there is a row to read.
  bool step() {
    const int code = sqlite3_step(statement_.get());
    if (code != SQLITE_ROW && code != SQLITE_DONE) throw SqliteError(database_);
    return code == SQLITE_ROW;
  }
  void reset() { sqlite3_reset(statement_.get()); }
  void run() {
    step();
    reset();
  }

  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  std::uint64_t unsigned_integer(int column) const {
    return static_cast<std::uint64_t>(integer(column));
  }
  /// NULL is NaN.
  double real(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL
               ? std::numeric_limits<double>::quiet_NaN()
               : sqlite3_column_double(statement_.get(), column);
  }
  /// Text or bytes.
  std::string text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    return bytes == nullptr ? ""
                            : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(
                                                     statement_.get(), column)));
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  void check(int code) const {
    if (code != SQLITE_OK) throw SqliteError(database_);
  }
  void put(int place, const std::string& value) {
    check(sqlite3_bind_text64(statement_.get(), place, value.data(), value.size(), SQLITE_TRANSIENT,
                              SQLITE_UTF8));
  }
  void put(int place, const char* value) { put(place, std::string(value)); }
  void put(int place, const Blob& value) {
    check(sqlite3_bind_blob64(statement_.get(), place, value.bytes.data(), value.bytes.size(),
                              SQLITE_TRANSIENT));
  }
  void put(int place, std::integral auto value) {
    check(sqlite3_bind_int64(statement_.get(), place, static_cast<sqlite3_int64>(value)));
  }
  /// Nothing is NULL.
  void put(int place, const std::optional<std::uint64_t>& value) {
    value ? put(place, *value) : check(sqlite3_bind_null(statement_.get(), place));
  }
  void put(int place, double value) {
    check(std::isnan(value) ? sqlite3_bind_null(statement_.get(), place)
                            : sqlite3_bind_double(statement_.get(), place, value));
  }

  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace zeroth::host
