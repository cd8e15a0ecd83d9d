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

}  // namespace haven::base
