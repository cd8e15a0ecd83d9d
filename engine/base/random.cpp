#include "engine/base/random.h"

#include <Random123/philox.h>

namespace haven::base {

std::uint64_t philox(std::uint64_t seed, std::uint64_t name, Purpose purpose, std::uint32_t day, std::uint32_t index) {
  r123::Philox4x32 generator;
  const r123::Philox4x32::key_type key = {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
  const r123::Philox4x32::ctr_type counter = {{index, (day << 16) | static_cast<std::uint32_t>(purpose),
                                               static_cast<std::uint32_t>(name), static_cast<std::uint32_t>(name >> 32)}};
  const auto block = generator(counter, key);
  return (static_cast<std::uint64_t>(block[1]) << 32) | block[0];
}

}  // namespace haven::base
