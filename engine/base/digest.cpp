#include "engine/base/digest.h"

#include <array>
#include <cinttypes>
#include <cstdio>


namespace haven::base {

std::string to_hex(const Digest& d) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%016" PRIx64 "%016" PRIx64, d.a, d.b);
  return text.data();
}

Digest digest_from_hex(const std::string& hex) {
  return {std::stoull(hex.substr(0, 16), nullptr, 16), std::stoull(hex.substr(16), nullptr, 16)};
}

}  // namespace haven::base
