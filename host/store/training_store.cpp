#include "store/training_store.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include "store/packing.hpp"
#include "store/statement.hpp"

namespace zeroth::host {
namespace {

constexpr const char* schema = R"(
  CREATE TABLE provenance (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE step (
    phase INTEGER, epoch INTEGER, step INTEGER, failed INTEGER NOT NULL,
    objective REAL, initial_loss REAL, final_loss REAL, gradient_norm REAL, seconds REAL NOT NULL,
    PRIMARY KEY (phase, epoch, step)) WITHOUT ROWID;
  CREATE TABLE validation (
    phase INTEGER, epoch INTEGER, score REAL, seconds REAL NOT NULL,  -- NULL is not finite
    PRIMARY KEY (phase, epoch)) WITHOUT ROWID;
  CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    phase INTEGER NOT NULL, epoch INTEGER NOT NULL, step INTEGER NOT NULL,
    validated INTEGER NOT NULL, complete INTEGER NOT NULL,
    start BLOB NOT NULL, weights BLOB NOT NULL, mean BLOB NOT NULL,  -- little-endian doubles
    first_moment BLOB NOT NULL, second_moment BLOB NOT NULL, adam_steps INTEGER NOT NULL,
    best BLOB NOT NULL, best_score REAL, best_epoch INTEGER NOT NULL, first_score REAL);
)";

// NULL stands for infinity: a score that was not finite, or none yet.
double score_of(double stored) {
  return std::isnan(stored) ? std::numeric_limits<double>::infinity() : stored;
}
double stored_of(double score) {
  return std::isfinite(score) ? score : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

const FileKind& TrainingStore::kind() {
  static const FileKind kind{0x5A724C72 /* "ZrLr" */, 1, "Zeroth training file", schema};
  return kind;
}

TrainingStore TrainingStore::open_to_write(const std::filesystem::path& file) {
  return TrainingStore(Database::open_to_write(file, kind()));
}

TrainingStore TrainingStore::open_to_read(const std::filesystem::path& file) {
  return TrainingStore(Database::open_to_read(file, kind()));
}

void TrainingStore::set_provenance(const Provenance& provenance) {
  Transaction transaction(database_);
  Statement insert(database_.get(), "INSERT OR REPLACE INTO provenance VALUES (?, ?)");
  for (const auto& [name, value] : provenance) insert.bind(name, value).run();
  transaction.commit();
}

std::string TrainingStore::provenance(const std::string& name) const {
  Statement select(database_.get(), "SELECT value FROM provenance WHERE name = ?");
  return select.bind(name).step() ? select.text(0) : "";
}

std::optional<TrainingState> TrainingStore::state() const {
  Statement select(database_.get(), "SELECT * FROM state");
  if (!select.step()) return std::nullopt;
  TrainingState state;
  state.phase = select.unsigned_integer(1);
  state.epoch = select.unsigned_integer(2);
  state.step = select.unsigned_integer(3);
  state.validated = select.integer(4) != 0;
  state.complete = select.integer(5) != 0;
  state.start = select.text(6);
  state.weights = unpack_values(select.text(7));
  state.mean = unpack_values(select.text(8));
  state.adam.first = unpack_values(select.text(9));
  state.adam.second = unpack_values(select.text(10));
  state.adam.steps = select.unsigned_integer(11);
  state.best = unpack_values(select.text(12));
  state.best_score = score_of(select.real(13));
  state.best_epoch = select.unsigned_integer(14);
  state.first_score = score_of(select.real(15));
  return state;
}

void TrainingStore::put(const TrainingState& s) {
  Statement insert(database_.get(),
                   "INSERT OR REPLACE INTO state VALUES (1,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  insert
      .bind(s.phase, s.epoch, s.step, s.validated ? 1 : 0, s.complete ? 1 : 0, Blob{s.start},
            pack_values(s.weights), pack_values(s.mean), pack_values(s.adam.first),
            pack_values(s.adam.second), s.adam.steps, pack_values(s.best), stored_of(s.best_score),
            s.best_epoch, stored_of(s.first_score))
      .run();
}

void TrainingStore::save(const TrainingState& state) {
  Transaction transaction(database_);
  put(state);
  transaction.commit();
}

void TrainingStore::append(const StepRecord& r, const TrainingState& state) {
  Transaction transaction(database_);
  Statement insert(database_.get(), "INSERT OR REPLACE INTO step VALUES (?,?,?,?,?,?,?,?,?)");
  insert
      .bind(r.phase, r.epoch, r.step, r.failed, r.objective, r.initial_loss, r.final_loss,
            r.gradient_norm, r.seconds)
      .run();
  put(state);
  transaction.commit();
}

void TrainingStore::append(const ValidationRecord& r, const TrainingState& state) {
  Transaction transaction(database_);
  Statement insert(database_.get(), "INSERT OR REPLACE INTO validation VALUES (?,?,?,?)");
  insert.bind(r.phase, r.epoch, stored_of(r.score), r.seconds).run();
  put(state);
  transaction.commit();
}

void TrainingStore::for_each(const std::function<void(const StepRecord&)>& visit) const {
  Statement select(database_.get(), "SELECT * FROM step ORDER BY phase, epoch, step");
  while (select.step()) {
    visit({select.unsigned_integer(0), select.unsigned_integer(1), select.unsigned_integer(2),
           select.unsigned_integer(3), select.real(4), select.real(5), select.real(6),
           select.real(7), select.real(8)});
  }
}

void TrainingStore::for_each(const std::function<void(const ValidationRecord&)>& visit) const {
  Statement select(database_.get(), "SELECT * FROM validation ORDER BY phase, epoch");
  while (select.step()) {
    visit({select.unsigned_integer(0), select.unsigned_integer(1), score_of(select.real(2)),
           select.real(3)});
  }
}

}  // namespace zeroth::host
