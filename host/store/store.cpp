#include "store/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "printable.hpp"
#include "store/packing.hpp"
#include "store/statement.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

namespace fs = std::filesystem;

constexpr const char* schema = R"(
  CREATE TABLE provenance (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE run (
    key TEXT PRIMARY KEY, position INTEGER NOT NULL,
    problem TEXT NOT NULL, problem_label TEXT NOT NULL, problem_parameters TEXT NOT NULL,
    split TEXT NOT NULL, instance INTEGER NOT NULL, instance_label TEXT NOT NULL,
    optimizer TEXT NOT NULL, optimizer_label TEXT NOT NULL, optimizer_parameters TEXT NOT NULL,
    trial INTEGER NOT NULL, seed INTEGER NOT NULL,
    outcome TEXT NOT NULL, message TEXT NOT NULL, iterations INTEGER NOT NULL, queries INTEGER NOT NULL,
    initial_loss REAL, final_loss REAL, best_loss REAL,   -- NULL is NaN
    wall_seconds REAL NOT NULL, problem_seconds REAL NOT NULL,
    metrics TEXT NOT NULL);                               -- JSON object, null is NaN
  CREATE INDEX run_position ON run (position);
  CREATE TABLE trace (key TEXT PRIMARY KEY REFERENCES run, rows BLOB NOT NULL) WITHOUT ROWID;
)";

// Made where they are missing, so that older files take them too; readers of then pass them by.
constexpr const char* later_schema = R"(
  CREATE TABLE IF NOT EXISTS analysis (
    key TEXT PRIMARY KEY REFERENCES run, asked TEXT NOT NULL) WITHOUT ROWID;  -- JSON
  CREATE TABLE IF NOT EXISTS series (
    key TEXT NOT NULL REFERENCES run, number INTEGER NOT NULL, analysis TEXT NOT NULL, name TEXT NOT NULL,
    coordinate INTEGER,                                   -- NULL: of the whole vector
    rows BLOB NOT NULL, PRIMARY KEY (key, number)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS picture (
    key TEXT NOT NULL REFERENCES run, number INTEGER NOT NULL, iteration INTEGER NOT NULL, name TEXT NOT NULL,
    channels INTEGER NOT NULL, height INTEGER NOT NULL, width INTEGER NOT NULL,
    lowest REAL, highest REAL,                            -- the ends of the scale
    pixels BLOB NOT NULL, PRIMARY KEY (key, number)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS evaluation (
    number INTEGER PRIMARY KEY, query INTEGER NOT NULL,   -- 0: not charged
    f REAL, x BLOB NOT NULL);                             -- NULL: the point failed
)";

// In a run of a file that nobody has written so.
class Damaged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Of rows that are more than `most`, one in so many is kept, from the first on; and the last.
std::size_t stride_of(std::size_t rows, std::size_t most) {
  return rows <= most ? 1 : (rows + most - 3) / (most - 1);
}

// put(row) for the rows that are kept.
template <typename Row, typename Put>
void for_each_kept(const std::vector<Row>& rows, std::size_t most, const Put& put) {
  const std::size_t stride = stride_of(rows.size(), most);
  for (std::size_t i = 0; i + 1 < rows.size(); i += stride) put(rows[i]);
  if (!rows.empty()) put(rows.back());
}

// A row: iteration, queries, loss.
Blob pack(const std::vector<TraceRow>& trace, std::size_t most) {
  Packer packer(3 * std::min(trace.size(), most));
  for_each_kept(trace, most, [&](const TraceRow& row) {
    packer.put(row.iteration);
    packer.put(row.queries);
    packer.put(row.loss);
  });
  return packer.blob();
}

std::vector<TraceRow> unpack_trace(std::string bytes) {
  const Unpacker from(std::move(bytes));
  std::vector<TraceRow> trace(from.size() / 3);
  for (std::size_t i = 0; i < trace.size(); ++i)
    trace[i] = {from.integer(3 * i), from.integer(3 * i + 1), from.real(3 * i + 2)};
  return trace;
}

// A row: iteration, value.
Blob pack(const std::vector<Series::Row>& rows, std::size_t most) {
  Packer packer(2 * std::min(rows.size(), most));
  for_each_kept(rows, most, [&](const Series::Row& row) {
    packer.put(row.iteration);
    packer.put(row.value);
  });
  return packer.blob();
}

std::vector<Series::Row> unpack_series(std::string bytes) {
  const Unpacker from(std::move(bytes));
  std::vector<Series::Row> rows(from.size() / 2);
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i] = {from.integer(2 * i), from.real(2 * i + 1)};
  return rows;
}

std::string pack(const std::vector<std::pair<std::string, double>>& metrics) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : metrics) {
    json[name] = std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
  }
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::vector<std::pair<std::string, double>> unpack_metrics(const std::string& text) {
  std::vector<std::pair<std::string, double>> metrics;
  const auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!json.is_object()) throw Damaged("its metrics are no JSON object");
  for (const auto& [name, value] : json.items()) {
    metrics.emplace_back(
        name, value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN());
  }
  return metrics;
}

Outcome outcome_named(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(last_outcome); ++i) {
    if (name == name_of(static_cast<Outcome>(i))) return static_cast<Outcome>(i);
  }
  throw Damaged("unknown outcome '" + printable(name) + "'");
}

// For IN ().
std::string failures() {
  std::string list;
  for (int i = 0; i <= static_cast<int>(last_outcome); ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (is_failure(outcome))
      list += fmt::format("{}'{}'", list.empty() ? "" : ", ", name_of(outcome));
  }
  return list;
}

// The run, if it is there, and what was seen in it.
void erase(sqlite3* database, const std::string& key) {
  for (const char* table : {"series", "picture", "analysis", "trace", "run"})
    Statement(database, fmt::format("DELETE FROM {} WHERE key = ?", table)).bind(key).run();
}

// What the run says of itself, and whether its trace is whole.
std::string message_of(const RunResult& result, std::size_t most_rows) {
  const std::size_t rows = result.trace.size();
  if (rows <= most_rows) return result.message;
  return fmt::format("{}{}of the {} rows of its trace, 1 in {} is stored", result.message,
                     result.message.empty() ? "" : "; ", rows, stride_of(rows, most_rows));
}

void append_seen(sqlite3* database, const StoredRun& run, std::size_t most_rows) {
  Statement(database, "INSERT INTO analysis VALUES (?, ?)").bind(run.key, run.analyses).run();
  Statement series(database, "INSERT INTO series VALUES (?,?,?,?,?,?)");
  std::uint64_t number = 0;
  for (const Series& each : run.result.series) {
    series
        .bind(run.key, number++, each.analysis, each.name, each.coordinate,
              pack(each.rows, most_rows))
        .run();
  }
  Statement picture(database, "INSERT INTO picture VALUES (?,?,?,?,?,?,?,?,?,?)");
  number = 0;
  for (const RenderedPicture& each : run.result.pictures) {
    picture
        .bind(run.key, number++, each.iteration, each.name, each.channels, each.height, each.width,
              each.lowest, each.highest, pack_values(each.values))
        .run();
  }
}

/// Puts runs that are not there into the tables.
class RunInsertion {
 public:
  RunInsertion(sqlite3* database, std::size_t most_rows)
      : database_(database),
        most_rows_(most_rows),
        run_(database, "INSERT INTO run VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"),
        trace_(database, "INSERT INTO trace VALUES (?, ?)") {}

  void put(const StoredRun& r) {
    const RunResult& result = r.result;
    run_.bind(r.key, r.position, r.problem, r.problem_label, r.problem_parameters, r.split,
              r.instance, result.instance_label, r.optimizer, r.optimizer_label,
              r.optimizer_parameters, r.trial, r.seed, name_of(result.outcome),
              message_of(result, most_rows_), result.iterations, result.queries,
              result.initial_loss, result.final_loss, result.best_loss, result.wall_seconds,
              result.problem_seconds, pack(result.metrics))
        .run();
    trace_.bind(r.key, pack(result.trace, most_rows_)).run();
    if (!r.analyses.empty()) append_seen(database_, r, most_rows_);
  }

 private:
  sqlite3* database_;
  std::size_t most_rows_;
  Statement run_, trace_;
};

}  // namespace

const FileKind& Store::kind() {
  static const FileKind kind{0x5A726F74 /* "Zrot" */, 1, "Zeroth result file", schema};
  return kind;
}

Store Store::open_to_read(const fs::path& file) {
  return Store(Database::open_to_read(file, kind()));
}

// To be written to.
Store::Store(Database database, std::size_t most_rows)
    : database_(std::move(database)), most_rows_(most_rows) {
  database_.execute(fmt::format("BEGIN; {} COMMIT", later_schema));
}

Store Store::open_to_write(const fs::path& file, std::size_t most_rows) {
  return Store(Database::open_to_write(file, kind()), most_rows);
}

std::optional<Store> Store::create(const fs::path& file) {
  std::optional<Database> database = Database::create(file, kind());
  if (!database) return std::nullopt;
  return Store(std::move(*database), usual_rows);
}

bool Store::has(const char* table) const {
  Statement select(database_.get(), "SELECT count(*) FROM sqlite_master WHERE name = ?");
  return select.bind(table).step() && select.integer(0) > 0;
}

std::unordered_map<std::string, std::string> Store::analyses() const {
  std::unordered_map<std::string, std::string> asked;
  if (!has("picture")) return asked;
  Statement select(database_.get(), "SELECT key, asked FROM analysis");
  while (select.step()) asked.emplace(select.text(0), select.text(1));
  return asked;
}

std::unordered_set<std::string> Store::keys() const {
  std::unordered_set<std::string> keys;
  Statement select(database_.get(), "SELECT key FROM run");
  while (select.step()) keys.insert(select.text(0));
  return keys;
}

std::unordered_set<std::string> Store::failed_keys() const {
  std::unordered_set<std::string> keys;
  Statement select(database_.get(),
                   fmt::format("SELECT key FROM run WHERE outcome IN ({})", failures()));
  while (select.step()) keys.insert(select.text(0));
  return keys;
}

std::uint64_t Store::size() const {
  Statement count(database_.get(), "SELECT count(*) FROM run");
  count.step();
  return static_cast<std::uint64_t>(count.integer(0));
}

void Store::set_provenance(const Provenance& provenance) {
  Transaction transaction(database_);
  Statement insert(database_.get(), "INSERT OR REPLACE INTO provenance VALUES (?, ?)");
  for (const auto& [name, value] : provenance) insert.bind(name, value).run();
  transaction.commit();
}

Provenance Store::provenance() const {
  Provenance provenance;
  Statement select(database_.get(), "SELECT name, value FROM provenance ORDER BY name");
  while (select.step()) provenance.emplace_back(select.text(0), select.text(1));
  return provenance;
}

std::string Store::provenance(const std::string& name) const {
  Statement select(database_.get(), "SELECT value FROM provenance WHERE name = ?");
  return select.bind(name).step() ? select.text(0) : "";
}

void Store::append(const std::vector<StoredRun>& runs) {
  Transaction transaction(database_);
  Statement stored(database_.get(),
                   fmt::format("SELECT outcome IN ({}, '{}') FROM run WHERE key = ?", failures(),
                               name_of(Outcome::interrupted)));
  RunInsertion insertion(database_.get(), most_rows_);
  for (const StoredRun& r : runs) {
    const bool there = stored.bind(r.key).step();
    const bool whole = there && stored.integer(0) == 0;
    stored.reset();
    if (whole && is_failure(r.result.outcome)) continue;
    if (there && (!whole || !r.analyses.empty())) erase(database_.get(), r.key);
    insertion.put(r);
  }
  transaction.commit();
}

void Store::replace(const StoredRun& run) {
  Transaction transaction(database_);
  erase(database_.get(), run.key);
  RunInsertion(database_.get(), most_rows_).put(run);
  transaction.commit();
}

void Store::append(const std::vector<Evaluation>& evaluations) {
  Transaction transaction(database_);
  Statement insert(database_.get(), "INSERT INTO evaluation (query, f, x) VALUES (?, ?, ?)");
  for (const Evaluation& each : evaluations)
    insert.bind(each.query, each.f, pack_values(each.x)).run();
  transaction.commit();
}

void Store::rearrange(const std::vector<Place>& places) {
  Transaction transaction(database_);
  Statement update(database_.get(),
                   "UPDATE run SET position = ?2, problem_label = ?3, optimizer_label = ?4 WHERE "
                   "key = ?1 AND (position, problem_label, optimizer_label) <> (?2, ?3, ?4)");
  for (const Place& place : places) {
    update.bind(place.key, place.position, place.problem_label, place.optimizer_label).run();
  }
  transaction.commit();
}

std::runtime_error Store::damaged(const std::string& where, const std::string& what) const {
  return std::runtime_error(
      fmt::format("{}: {}: {}", database_.file().string(), printable(where), what));
}

void Store::for_each(bool with_traces, const std::function<void(const StoredRun&)>& visit) const {
  Statement select(database_.get(), "SELECT * FROM run ORDER BY position");
  Statement trace(database_.get(), "SELECT rows FROM trace WHERE key = ?");
  while (select.step()) {
    StoredRun r;
    r.key = select.text(0);
    r.position = select.unsigned_integer(1);
    r.problem = select.text(2);
    r.problem_label = select.text(3);
    r.problem_parameters = select.text(4);
    r.split = select.text(5);
    r.instance = select.unsigned_integer(6);
    r.result.instance_label = select.text(7);
    r.optimizer = select.text(8);
    r.optimizer_label = select.text(9);
    r.optimizer_parameters = select.text(10);
    r.trial = select.unsigned_integer(11);
    r.seed = select.unsigned_integer(12);
    try {
      r.result.outcome = outcome_named(select.text(13));
      r.result.metrics = unpack_metrics(select.text(22));
    } catch (const Damaged& error) {
      throw damaged("the run " + r.key, error.what());
    }
    r.result.message = select.text(14);
    r.result.iterations = select.unsigned_integer(15);
    r.result.queries = select.unsigned_integer(16);
    r.result.initial_loss = select.real(17);
    r.result.final_loss = select.real(18);
    r.result.best_loss = select.real(19);
    r.result.wall_seconds = select.real(20);
    r.result.problem_seconds = select.real(21);
    if (with_traces) {
      trace.bind(r.key);
      if (trace.step()) r.result.trace = unpack_trace(trace.text(0));
      trace.reset();
    }
    visit(r);
  }
}

void Store::for_each_seen(const std::function<void(const Seen&)>& visit) const {
  if (!has("picture")) return;
  Statement select(
      database_.get(),
      "SELECT run.key, position FROM run JOIN analysis ON run.key = analysis.key ORDER "
      "BY position");
  Statement series(database_.get(),
                   "SELECT analysis, name, coordinate IS NOT NULL, coordinate, rows FROM series "
                   "WHERE key = ? ORDER BY number");
  Statement picture(database_.get(),
                    "SELECT iteration, name, channels, height, width, lowest, highest, pixels FROM "
                    "picture WHERE key = ? ORDER BY number");
  while (select.step()) {
    Seen seen{select.text(0), select.unsigned_integer(1), {}, {}};
    for (series.bind(seen.key); series.step();) {
      std::optional<std::uint64_t> coordinate;
      if (series.integer(2) != 0) coordinate = series.unsigned_integer(3);
      seen.series.push_back(
          {series.text(0), series.text(1), coordinate, unpack_series(series.text(4))});
    }
    series.reset();
    for (picture.bind(seen.key); picture.step();) {
      const auto side = [&](int column) {
        return static_cast<std::uint32_t>(picture.unsigned_integer(column));
      };
      RenderedPicture read{picture.unsigned_integer(0),
                           picture.text(1),
                           side(2),
                           side(3),
                           side(4),
                           picture.real(5),
                           picture.real(6),
                           unpack_values(picture.text(7))};
      // Three sides of 32 bits, one after the other: no product overflows.
      const std::size_t pixels = read.values.size();
      const std::uint64_t area = std::uint64_t{read.height} * read.width;
      if (area > pixels || read.channels > pixels || area * read.channels != pixels)
        throw damaged("the run " + seen.key, "a picture has not the pixels of its sides");
      seen.pictures.push_back(std::move(read));
    }
    picture.reset();
    visit(seen);
  }
}

bool Store::has_evaluations() const {
  if (!has("evaluation")) return false;
  return Statement(database_.get(), "SELECT 1 FROM evaluation LIMIT 1").step();
}

void Store::for_each_evaluation(Order order,
                                const std::function<void(const Evaluation&)>& visit) const {
  if (!has("evaluation")) return;
  Statement select(database_.get(),
                   fmt::format("SELECT query, f, x FROM evaluation ORDER BY {}number",
                               order == Order::by_query ? "query, " : ""));
  std::optional<std::size_t> dimension;
  while (select.step()) {
    const Evaluation each{select.unsigned_integer(0), select.real(1),
                          unpack_values(select.text(2))};
    if (each.x.size() != dimension.value_or(each.x.size()))
      throw damaged("the points", "have not all as many coordinates");
    dimension = each.x.size();
    visit(each);
  }
}

}  // namespace zeroth::host
