// What analyses saw, as a page shows it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "report/results.hpp"
#include "store/store.hpp"

namespace zeroth::host {

/// {"cosines": of each problem, "sweeps": parameters against which they may be drawn, "runs": those
/// with pictures or internals, the first some of them, "left_out": how many more there are,
/// "coordinates_left_out": of those that are shown}, or null where nothing was looked at.  What is
/// not finite becomes null, and so does a picture that cannot be drawn.  results  of the same
/// moment as the store: a Snapshot.
nlohmann::ordered_json analyses_data(const Store& store, const Results& results);

}  // namespace zeroth::host
