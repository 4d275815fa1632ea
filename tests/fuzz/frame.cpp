// One frame from a worker.
#include "isolate/frame.hpp"

#include <algorithm>
#include <vector>

#include "fuzz.hpp"

using namespace zeroth;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::byte> bytes(reinterpret_cast<const std::byte*>(data),
                                     reinterpret_cast<const std::byte*>(data) + size);
  const auto frame = host::decode(bytes);
  if (!frame) return 0;
  // It says the same again, up to what pads it.
  std::vector<std::byte> again;
  host::encode({frame->kind, frame->integers, {frame->reals}, frame->texts},
               [&](const void* from, std::size_t count) {
                 const auto* first = static_cast<const std::byte*>(from);
                 if (count > 0) again.insert(again.end(), first, first + count);
               });
  std::size_t padding = 0, text = 0;
  for (const std::string_view each : frame->texts) text += each.size();
  padding = (8 - text % 8) % 8;
  fuzz::require(again.size() == bytes.size());
  fuzz::require(
      std::equal(again.begin(), again.end() - static_cast<std::ptrdiff_t>(padding), bytes.begin()));
  return 0;
}
