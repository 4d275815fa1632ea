// What no zeroth writes, in a result file.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <string>

#include "support/catch.hpp"

namespace zeroth::test {

/// It must succeed.
inline void execute_sql(const std::filesystem::path& database, const std::string& sql) {
  sqlite3* raw = nullptr;
  REQUIRE(sqlite3_open(database.c_str(), &raw) == SQLITE_OK);
  const int code = sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr);
  sqlite3_close(raw);
  REQUIRE(code == SQLITE_OK);
}

}  // namespace zeroth::test
