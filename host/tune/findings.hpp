// A search in words.
#pragma once

#include <string>
#include <vector>

#include "tune/grid.hpp"
#include "tune/search.hpp"

namespace zeroth::host {

/// "delta: 0.01, 0.1, 1, then linearly about the best; beta1: 0.9, 0.99"
std::string format(const Grid& grid);

/// "delta=4 beta1=0.9"
std::string setting_text(const Grid& grid, std::size_t setting);

/// A line for each setting that was tried, in the grid's order.
/// runs   of a complete setting.   loss  what is averaged: "final loss".
std::string format(const Grid& grid, const SearchState& state, std::size_t runs, Score score,
                   const std::string& loss, bool colours);

/// "22 settings, 187 of 440 runs"
std::string effort(const SearchState& state, std::size_t runs);

/// The parameters whose best value is the first or last that was tried, while they take values
/// beyond: powers of ten.
std::vector<std::string> at_the_edge(const Grid& grid, std::size_t setting);

/// What was tried, a decade more of one parameter at each end: a `tune` for the experiment.
std::string wider(const Grid& grid, const std::string& parameter);

/// "1 run", "2 runs"
std::string counted(std::size_t n, const std::string& what);

/// "0-4, 7"
std::string ranges_text(const std::vector<std::uint64_t>& ascending);

}  // namespace zeroth::host
