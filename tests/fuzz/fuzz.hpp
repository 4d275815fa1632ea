// What every target of this folder is made of.  README.md says how they are run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

/// One input.  Must come to an end soon and must not crash; keeps nothing for the next.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace zeroth::fuzz {

/// The bytes of one input, taken from the front.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

  std::uint8_t byte() {
    const std::span<const std::uint8_t> one = take(1);
    return one.empty() ? std::uint8_t{0} : one[0];
  }
  /// The next n bytes, or as many as there are.
  std::span<const std::uint8_t> take(std::size_t n) {
    const auto first = rest_.first(n < rest_.size() ? n : rest_.size());
    rest_ = rest_.subspan(first.size());
    return first;
  }
  std::span<const std::uint8_t> rest() const { return rest_; }
  std::string_view text() const {
    return {reinterpret_cast<const char*>(rest_.data()), rest_.size()};
  }

 private:
  std::span<const std::uint8_t> rest_;
};

/// What must hold of any input: the fuzzer keeps one for which it does not.
inline void require(bool good) {
  if (!good) std::abort();
}

/// Reads, and lets the reader refuse by its own kind of error; that must name the file.
template <typename Refusal, typename Read>
void may_refuse(const std::string& file, const Read& read) {
  try {
    read();
  } catch (const Refusal& refusal) {
    require(std::string_view(refusal.what()).find(file) != std::string_view::npos);
  }
}

}  // namespace zeroth::fuzz
