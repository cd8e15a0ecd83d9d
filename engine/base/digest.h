// The digest of a run: a hash over every applied order, trade, posting and default, by stable name.
#pragma once

#include <cstdint>
#include <string>

namespace haven::base {

/// 128-bit streaming hash over 64-bit words, defined here so that a twenty-line script can recompute it from a tape:
///   a = (a ^ w) * 0x9e3779b97f4a7c15, rotated left 29;  b = (b + w) * 0xc2b2ae3d27d4eb4f, rotated left 31, xor a.
/// Not cryptographic: it detects differences, it does not resist an adversary.
struct Digest {
  std::uint64_t a = 0x243f6a8885a308d3ULL;
  std::uint64_t b = 0x13198a2e03707344ULL;

  constexpr void add(std::uint64_t word) {
    a = (a ^ word) * 0x9e3779b97f4a7c15ULL;
    a = (a << 29) | (a >> 35);
    b = (b + word) * 0xc2b2ae3d27d4eb4fULL;
    b = ((b << 31) | (b >> 33)) ^ a;
  }
  constexpr void add(std::int64_t word) { add(static_cast<std::uint64_t>(word)); }
  bool operator==(const Digest&) const = default;
};

/// 32 lowercase hexadecimal digits, `a` first.
std::string to_hex(const Digest& d);
/// The digest that to_hex() wrote. Requires 32 hexadecimal digits.
Digest digest_from_hex(const std::string& hex);

}  // namespace haven::base
