// Par SOFR swaps: annuity, DV01, value against a par curve; swap spreads and spreadover packages.
//
// A swap here is spot-starting with annual fixed payments, actual/360, against compounded SOFR paid annually; every
// year has 365 days, so that a payment is 365/360 of the rate. Projection and discounting use the one curve. A swap
// keeps its tenor through a run of days: roll-down is left out, carry is stated apart.
// Source: the textbook single-curve bootstrap; conventions of cleared USD SOFR swaps (annual, act/360) [memory].
#pragma once

#include <array>
#include <span>

#include "engine/base/units.h"
#include "engine/instruments/bond.h"

namespace haven::instruments {

constexpr int kMaxSwapYears = 30;

/// A quoted par rate.
struct ParPoint {
  int years = 10;
  double par_bp = 0;
};

/// Discount factors implied by par rates. A plain value.
/// Invariants: discount[0] = 1 and annuity[0] = 0; annuity[n] = 365/360 * (discount[1] + ... + discount[n]);
/// discount[n] = 1 - par[n] * annuity[n].
struct SwapCurve {
  std::array<double, kMaxSwapYears + 1> par_bp{};
  std::array<double, kMaxSwapYears + 1> discount{};
  std::array<double, kMaxSwapYears + 1> annuity{};
};

/// Bootstraps yearly discount factors; par rates between quoted tenors are linear in the tenor, flat outside.
/// Requires points ascending in years within 1..30, at least one, and rates that leave discount factors positive.
SwapCurve bootstrap(std::span<const ParPoint> points);
SwapCurve flat_curve(double par_bp);

/// Dollars per bp of the par rate of a par swap of that tenor, per lot ($100,000 notional). Requires 1 <= years <= 30.
double swap_dv01_dollars_per_lot(const SwapCurve& curve, int years);
/// Value in dollars, per lot, of paying `fixed_bp` for `years`: (par - fixed) * annuity. Positive when rates have risen
/// above the fixed rate.
double pay_fixed_value_dollars_per_lot(const SwapCurve& curve, int years, double fixed_bp);
/// The same in money for `lots` lots, rounded to 1/10,000 dollar a lot and then multiplied, so that positions that
/// offset in lots offset in money. Negative lots receive fixed.
base::Money pay_fixed_value(const SwapCurve& curve, int years, double fixed_bp, std::int64_t lots);
/// Accrual of paying fixed over `days` days, per lot, in dollars: (SOFR - fixed) days/360.
constexpr double pay_fixed_carry_dollars_per_lot(double fixed_bp, double sofr_bp, int days) {
  return (sofr_bp - fixed_bp) * 10.0 * days / 360.0;
}

/// Swap spread: par swap rate less Treasury yield of the same tenor; the negative of what a Treasury yields above the
/// swap, and the convenience yield of the safe-haven measures. Negative at the long end since 2015.
constexpr double swap_spread_bp(double par_bp, double treasury_yield_bp) { return par_bp - treasury_yield_bp; }

/// A spreadover: one lot of the Treasury bought and the swap paid in the notional that leaves no DV01.
struct Spreadover {
  double swap_lots_per_treasury_lot = 1;
  double dv01_dollars_per_lot = 0;  ///< gain per bp by which the swap spread becomes less negative, per Treasury lot
};
/// Requires a swap tenor within 1..30 years.
Spreadover spreadover(const SwapCurve& curve, int years, const PriceRisk& treasury);

}  // namespace haven::instruments
