// A batch that is cut into pieces, which may be answered at once.
#pragma once

#include <zeroth/abi.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "plugins/boundary.hpp"
#include "run/side_by_side.hpp"

namespace zeroth::host {

/// What the pieces say, as one: the first error or STOP, with its message, or else DISCARD where
/// one says so.
///
/// piece    (0 to n - 1, message): its status; what it throws is thrown
/// message  may be null
template <typename Piece>
zeroth_status in_pieces(std::uint64_t n, zeroth_message* message, const Piece& piece) {
  std::vector<zeroth_status> statuses(n, ZEROTH_OK);
  std::vector<Message> texts(n);
  side_by_side(n, [&](std::uint64_t i) { statuses[i] = piece(i, &texts[i].abi); });
  for (std::uint64_t i = 0; i < n; ++i) {
    if (statuses[i] >= 0 && statuses[i] != ZEROTH_STOP) continue;
    tell(message, texts[i].text.data());
    return statuses[i];
  }
  return n == 0 ? ZEROTH_OK : *std::max_element(statuses.begin(), statuses.end());
}

}  // namespace zeroth::host
