// What a test of the conformance check found.
#pragma once

#include <string>

namespace zeroth::host::check {

enum class Verdict { pass, warn, fail, crash, skip };
inline const char* name_of(Verdict verdict) {
  constexpr const char* names[] = {"pass", "warn", "fail", "crash", "skip"};
  return names[static_cast<int>(verdict)];
}

struct Finding {
  Verdict verdict = Verdict::pass;
  std::string reason;  // may be empty for a pass
};

/// How a test ends early.
struct Ended {
  Finding finding;
};
[[noreturn]] inline void fail(const std::string& reason) { throw Ended{{Verdict::fail, reason}}; }
[[noreturn]] inline void warn(const std::string& reason) { throw Ended{{Verdict::warn, reason}}; }
[[noreturn]] inline void skip(const std::string& reason) { throw Ended{{Verdict::skip, reason}}; }
/// A pass with something to say.
[[noreturn]] inline void pass(const std::string& reason) { throw Ended{{Verdict::pass, reason}}; }

}  // namespace zeroth::host::check
