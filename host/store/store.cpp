#include "store/store.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

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

// 24 bytes a row, little-endian: iteration, queries, loss.
std::string pack(const std::vector<TraceRow>& trace) {
  std::string bytes;
  bytes.reserve(trace.size() * 24);
  const auto put = [&bytes](std::uint64_t v) {
    for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(v >> shift));
  };
  for (const TraceRow& row : trace) {
    put(row.iteration);
    put(row.queries);
    put(std::bit_cast<std::uint64_t>(row.loss));
  }
  return bytes;
}

std::vector<TraceRow> unpack(std::string_view bytes) {
  std::vector<TraceRow> trace(bytes.size() / 24);
  const auto get = [&bytes](std::size_t at) {
    std::uint64_t v = 0;
    for (std::size_t i = 0; i < 8; ++i)
      v |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
    return v;
  };
  for (std::size_t i = 0; i < trace.size(); ++i) {
    trace[i] = {get(24 * i), get(24 * i + 8), std::bit_cast<double>(get(24 * i + 16))};
  }
  return trace;
}

std::string pack(const std::vector<std::pair<std::string, double>>& metrics) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : metrics) {
    json[name] = std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
  }
  return json.dump();
}

std::vector<std::pair<std::string, double>> unpack_metrics(const std::string& text) {
  std::vector<std::pair<std::string, double>> metrics;
  const auto json = nlohmann::ordered_json::parse(text);
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
  throw std::runtime_error("unknown outcome '" + name + "'");
}

}  // namespace

const FileKind& Store::kind() {
  static const FileKind kind{0x5A726F74 /* "Zrot" */, 1, "Zeroth result file", schema};
  return kind;
}

Store Store::open_to_read(const fs::path& file) {
  return Store(Database::open_to_read(file, kind()));
}

Store Store::open_to_write(const fs::path& file) {
  return Store(Database::open_to_write(file, kind()));
}

std::unordered_set<std::string> Store::keys() const {
  std::unordered_set<std::string> keys;
  Statement select(database_.get(), "SELECT key FROM run");
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

void Store::append(const std::vector<StoredRun>& runs) {
  Transaction transaction(database_);
  Statement run(database_.get(),
                "INSERT INTO run VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  Statement trace(database_.get(), "INSERT INTO trace VALUES (?, ?)");
  for (const StoredRun& r : runs) {
    const RunResult& result = r.result;
    run.bind(r.key, r.position, r.problem, r.problem_label, r.problem_parameters, r.split,
             r.instance, result.instance_label, r.optimizer, r.optimizer_label,
             r.optimizer_parameters, r.trial, r.seed, name_of(result.outcome), result.message,
             result.iterations, result.queries, result.initial_loss, result.final_loss,
             result.best_loss, result.wall_seconds, result.problem_seconds, pack(result.metrics))
        .run();
    trace.bind(r.key, Blob{pack(result.trace)}).run();
  }
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
    r.result.outcome = outcome_named(select.text(13));
    r.result.message = select.text(14);
    r.result.iterations = select.unsigned_integer(15);
    r.result.queries = select.unsigned_integer(16);
    r.result.initial_loss = select.real(17);
    r.result.final_loss = select.real(18);
    r.result.best_loss = select.real(19);
    r.result.wall_seconds = select.real(20);
    r.result.problem_seconds = select.real(21);
    r.result.metrics = unpack_metrics(select.text(22));
    if (with_traces) {
      trace.bind(r.key);
      if (trace.step()) r.result.trace = unpack(trace.text(0));
      trace.reset();
    }
    visit(r);
  }
}

}  // namespace zeroth::host
