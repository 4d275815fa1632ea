// Hashes that tell contents apart; nothing here withstands an adversary.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace zeroth::host {

/// FNV-1a, 64 bits (Fowler, Noll, Vo); offset distinguishes two hashes of one text.
inline std::uint64_t hash(std::string_view text, std::uint64_t offset = 0xCBF29CE484222325u) {
  for (const char c : text) offset = (offset ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return offset;
}

/// 128 bits in hexadecimal.
inline std::string fingerprint(std::string_view text) {
  return fmt::format("{:016x}{:016x}", hash(text), hash(text, 0x9AE16A3B2F90404Fu));
}

}  // namespace zeroth::host
