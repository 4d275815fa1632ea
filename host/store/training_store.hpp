// The training file beside the weights: where the training stands, and its curve.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "store/database.hpp"
#include "store/store.hpp"
#include "train/state.hpp"

namespace zeroth::host {

/// As Database.
class TrainingStore {
 public:
  static const FileKind& kind();
  static TrainingStore open_to_write(const std::filesystem::path& file);
  static TrainingStore open_to_read(const std::filesystem::path& file);

  void set_provenance(const Provenance& provenance);
  /// Empty if there is none of this name.
  std::string provenance(const std::string& name) const;

  /// Nothing before the first save.
  std::optional<TrainingState> state() const;
  void save(const TrainingState& state);
  /// The record and the state after it, both or neither; durable on return.
  void append(const StepRecord& record, const TrainingState& state);
  void append(const ValidationRecord& record, const TrainingState& state);

  /// While it is there, all reading is of one moment.
  Snapshot snapshot() const { return Snapshot(database_); }
  void for_each(const std::function<void(const StepRecord&)>& visit) const;
  void for_each(const std::function<void(const ValidationRecord&)>& visit) const;

 private:
  explicit TrainingStore(Database database) : database_(std::move(database)) {}
  void put(const TrainingState& state);
  Database database_;
};

}  // namespace zeroth::host
