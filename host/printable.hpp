// Foreign text, made fit for a message.
#pragma once

#include <string>
#include <string_view>

namespace zeroth::host {

/// UTF-8 without control characters but newline and tab: what is neither becomes '?'.
std::string printable(std::string_view bytes);

/// The last whole lines of the text that fit into so many bytes, without blank ones at the end; of
/// a longer line, its end.
std::string last_lines(std::string_view text, std::size_t bytes);

/// The text as one word of a command line that can be copied into a shell: quoted where it must be.
std::string shell_word(const std::string& text);

}  // namespace zeroth::host
