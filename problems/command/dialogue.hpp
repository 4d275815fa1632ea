// What is said to a program and what it answers: bytes alone, no processes.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace zeroth::command {

/// plain  a line of numbers for each point, answered by a line with one number.
/// json   one line {"x": [...]}, answered by {"f": number}; or, for several points,
///        {"X": [[...], ...]}, answered by {"F": [number, ...]}.
enum class Protocol { plain, json };

/// The question about n points, with its final newline.  Numbers have the digits that give
/// the same double back.
/// x        n x dimension, finite.
/// several  json: the form for several points, also where n is 1.
std::string question(Protocol protocol, std::span<const double> x, std::size_t n, bool several);

/// Whether a line could be an answer, or a part of one.
bool looks_like_answer(Protocol protocol, std::string_view line);

/// How many lines answer a question about n points.
inline std::size_t lines_of_answer(Protocol protocol, std::size_t n) {
  return protocol == Protocol::json ? 1 : n;
}

/// No answer about n points is longer, in bytes.
inline std::size_t longest_answer(std::size_t n) { return 65536 + 256 * n; }

/// Reads the answer about f.size() points, any bytes at all.
/// f  the values; NaN where the program says that the point failed ("nan", an infinity, null).
/// Nothing when the answer is understood, else what is wrong with it: then f has no meaning.
/// reason  json: the program's "error", if it gives one.
std::optional<std::string> read_answer(Protocol protocol, std::string_view answer,
                                       std::span<double> f, std::string& reason);

/// A number as read from text: spaces around it and a leading + are fine.
std::optional<double> number_in(std::string_view text);

/// The bytes as one line for a message: cut, and without what a terminal would obey.
std::string shown(std::string_view bytes);

}  // namespace zeroth::command
