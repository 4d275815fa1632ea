// How C++ plugins fail: throw an Error, and the layer turns it into a status and a message.
#pragma once

#if __cplusplus <= 201703L
#error "Zeroth's C++ headers need C++20 (-std=c++20); zeroth/abi.h is for C and older standards"
#endif

#include <zeroth/abi.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

namespace zeroth {

/// A failure with a message for the user: what was wrong, where, and what to do about it.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& what, zeroth_status status = ZEROTH_BAD_ARGUMENT)
      : std::runtime_error(what), status_(status) {}
  zeroth_status status() const noexcept { return status_; }

 private:
  zeroth_status status_;
};

namespace detail {

/// Copies text into a caller's buffer, cut to what fits.
inline void write_message(zeroth_message* message, std::string_view text) noexcept {
  if (message == nullptr || message->text == nullptr || message->capacity == 0) return;
  const std::size_t length = std::min<std::size_t>(text.size(), message->capacity - 1);
  std::memcpy(message->text, text.data(), length);
  message->text[length] = '\0';
}

/// Runs body() and lets no exception out.  say(text) receives the message of one that was caught.
template <typename Body, typename Say>
zeroth_status guarded(Body&& body, Say&& say) noexcept {
  try {
    return body();
  } catch (const Error& error) {
    say(error.what());
    return error.status();
  } catch (const std::bad_alloc&) {
    say("out of memory");
    return ZEROTH_OUT_OF_MEMORY;
  } catch (const std::exception& error) {
    say(error.what());
    return ZEROTH_INSTANCE_DEAD;
  } catch (...) {
    say("an exception that is no std::exception");
    return ZEROTH_INSTANCE_DEAD;
  }
}

/// The same, with the message into a caller's buffer (may be null).
template <typename Body>
zeroth_status reported(zeroth_message* message, Body&& body) noexcept {
  return guarded(body, [message](const char* text) { write_message(message, text); });
}

}  // namespace detail
}  // namespace zeroth
