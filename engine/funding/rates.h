// Rates, haircuts and margins as integers in 1/100 basis point, and the money they are worth.
#pragma once

#include <cstdint>

#include "engine/base/check.h"
#include "engine/base/units.h"

namespace haven::funding {

using base::Face;
using base::InstitutionId;
using base::Money;
using base::SecurityId;

/// A fraction or an annual rate in 1/100 basis point: 1'000'000 is 100%. Repo is quoted to 1/100 bp by no venue finer.
constexpr std::int64_t kWhole = 1'000'000;
constexpr std::int32_t bp(std::int32_t basis_points) { return basis_points * 100; }

/// The day count of US repo and overnight rates: actual days over 360.
constexpr std::int64_t kMoneyMarketYear = 360;

enum class Rounding : std::uint8_t { down, up };

/// a*b/c with a 128-bit product, to the named side (towards minus or plus infinity). Requires c > 0.
constexpr std::int64_t mul_div_to(std::int64_t a, std::int64_t b, std::int64_t c, Rounding rounding) {
  __extension__ using Wide = __int128;
  const Wide product = static_cast<Wide>(a) * b;
  Wide quotient = product / c;
  const Wide remainder = product % c;
  if (remainder < 0 && rounding == Rounding::down) --quotient;
  if (remainder > 0 && rounding == Rounding::up) ++quotient;
  return static_cast<std::int64_t>(quotient);
}

/// `fraction_hbp` of `amount`, rounded to nearest.
constexpr Money share(Money amount, std::int64_t fraction_hbp) { return {base::mul_div(amount.v, fraction_hbp, kWhole)}; }

/// Value of `face` at a price in money per $1m of face (accrued interest included where the caller's price has it).
constexpr Money value_of(Face face, Money per_million) { return {base::mul_div(face.v, per_million.v, 1'000'000)}; }

/// Simple interest on `cash` over `days` at an annual rate, actual/360, rounded to nearest 1/10,000 dollar.
constexpr Money interest(Money cash, std::int32_t rate_hbp, std::int32_t days) {
  return {base::mul_div(cash.v, static_cast<std::int64_t>(rate_hbp) * days, kWhole * kMoneyMarketYear)};
}

/// Annual rate of the charge on a fail: max(1%, 3% - target lower bound).
/// Source: Treasury Market Practices Group, fails charge (memory of the practice, with its 1% floor).
constexpr std::int32_t fails_rate_hbp(std::int32_t target_lower_bound_hbp) {
  return bp(300) - target_lower_bound_hbp > bp(100) ? bp(300) - target_lower_bound_hbp : bp(100);
}

/// Cash that collateral of this value raises: value x (1 - haircut), rounded against the borrower. A negative haircut
/// raises more than the value. Requires haircut < 100%.
constexpr Money cash_against(Money value, std::int32_t haircut_hbp) {
  return {mul_div_to(value.v, kWhole - haircut_hbp, kWhole, Rounding::down)};
}

/// Least face in whole multiples of `grain` that raises at least `cash` at this price and haircut.
/// Requires price > 0, haircut < 100%, cash >= 0, grain > 0.
inline Face face_to_raise(Money cash, Money per_million, std::int32_t haircut_hbp, Face grain) {
  HAVEN_CHECK(per_million.v > 0 && haircut_hbp < kWhole && cash.v >= 0 && grain.v > 0, "price, haircut, cash or grain");
  const std::int64_t value = mul_div_to(cash.v, kWhole, kWhole - haircut_hbp, Rounding::up);
  const std::int64_t face = mul_div_to(value, 1'000'000, per_million.v, Rounding::up);
  return {(face + grain.v - 1) / grain.v * grain.v};
}

}  // namespace haven::funding
