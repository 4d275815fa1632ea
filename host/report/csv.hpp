// Tidy CSV for pandas and R.
#pragma once

#include <cstddef>
#include <filesystem>

#include "store/store.hpp"
#include "store/training_store.hpp"

namespace zeroth::host {

/// Writes runs.csv (a row for each run) and trace.csv (a row for each iterate) into folder, which
/// is made if need be; where analyses were made, also analysis.csv (a row for each number),
/// pictures.csv (a row for each picture) and the pictures as pictures/RUN-NAME-ITERATION.png, but
/// for those that cannot be drawn, whose number is returned; of a `zeroth minimize`, points.csv (a
/// row for each evaluation, whose query is 0 where it was not charged); all of one moment of the
/// store.
/// RFC 4180, UTF-8, numbers in the shortest form that reads back to the same
/// bits, missing values empty. Each file appears whole or not at all.  Throws UserError when the
/// folder cannot be written or, without overwrite, when a file is there already.
std::size_t write_csv(const Store& store, const std::filesystem::path& folder, bool overwrite);
/// The same of training.csv (a row for each group of optimizations) and validation.csv (a row for
/// each epoch); phases count from 1.
void write_csv(const TrainingStore& store, const std::filesystem::path& folder, bool overwrite);

}  // namespace zeroth::host
