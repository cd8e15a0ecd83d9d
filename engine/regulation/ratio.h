// Capital ratios on an integer grid, and the two roundings that a capital rule needs: exposure is rounded down and
// required capital up, so that no firm gains by rounding.
#pragma once

#include <cstdint>

#include "engine/base/units.h"

namespace haven::regulation {

/// A ratio in parts per million: 4.25% is 42,500. Leverage requirements, surcharges, buffers, risk weights, haircuts.
using Ratio = base::Quantity<struct RatioTag>;

constexpr std::int64_t kRatioOne = 1'000'000;

/// Nearest ratio on the grid. The grid (0.0001%) is finer than any published requirement.
constexpr Ratio ratio_from_pct(double pct) {
  return {static_cast<std::int64_t>(pct * 1e4 + (pct >= 0.0 ? 0.5 : -0.5))};
}
constexpr double to_pct(Ratio ratio) { return static_cast<double>(ratio.v) * 1e-4; }

/// a*b/c with a 128-bit product, rounded towards minus infinity. Requires c > 0.
constexpr std::int64_t mul_div_floor(std::int64_t a, std::int64_t b, std::int64_t c) {
  __extension__ using Wide = __int128;
  const Wide product = static_cast<Wide>(a) * b;
  const Wide quotient = product / c;
  return static_cast<std::int64_t>(quotient - (product % c != 0 && product < 0 ? 1 : 0));
}
/// a*b/c with a 128-bit product, rounded towards plus infinity. Requires c > 0.
constexpr std::int64_t mul_div_ceil(std::int64_t a, std::int64_t b, std::int64_t c) { return -mul_div_floor(-a, b, c); }

/// `share` of an amount, rounded down.
constexpr base::Money share_of(base::Money amount, Ratio share) { return {mul_div_floor(amount.v, share.v, kRatioOne)}; }
/// The capital that `requirement` asks for against `exposure`, rounded up: against the firm.
constexpr base::Money required_capital(base::Money exposure, Ratio requirement) {
  return {mul_div_ceil(exposure.v, requirement.v, kRatioOne)};
}
/// The largest exposure that `capital` supports under `requirement`, rounded down: against the firm.
/// Requires requirement > 0.
constexpr base::Money supported_exposure(base::Money capital, Ratio requirement) {
  return {mul_div_floor(capital.v, kRatioOne, requirement.v)};
}

}  // namespace haven::regulation
