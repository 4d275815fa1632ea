// A batch that is cut into pieces, which may be answered at once.
#pragma once

#include <zeroth/abi.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "plugins/boundary.hpp"
#include "run/side_by_side.hpp"

namespace zeroth::host {

/// What the pieces say, as one: the first error or STOP, with its message, or else DISCARD where
/// one says so.  After an error or STOP no later piece is begun.
///
/// piece    (0 to n - 1, message): its status; what it throws is thrown
/// message  may be null
template <typename Piece>
zeroth_status in_pieces(std::uint64_t n, zeroth_message* message, const Piece& piece) {
  std::vector<zeroth_status> statuses(n, ZEROTH_OK);
  std::vector<Message> texts(n);
  std::atomic<std::uint64_t> end{n};  // the first that ends the others
  side_by_side(n, [&](std::uint64_t i) {
    if (i > end) return;
    statuses[i] = piece(i, &texts[i].abi);
    if (statuses[i] == ZEROTH_OK || statuses[i] == ZEROTH_DISCARD) return;
    for (std::uint64_t before = end; i < before && !end.compare_exchange_weak(before, i);) {
    }
  });
  if (end < n) {
    tell(message, texts[end].text.data());
    return statuses[end];
  }
  return n == 0 ? ZEROTH_OK : *std::max_element(statuses.begin(), statuses.end());
}

}  // namespace zeroth::host
