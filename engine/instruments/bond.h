// Fixed-coupon Treasury notes and bonds: schedule, accrued interest, price, yield and their derivatives.
//
// Conventions, everywhere in this folder: prices in points (per 100 face), yields and rates in basis points (4.25% is
// 425), durations in years. Semiannual coupons, actual/actual in the coupon period (ICMA), unadjusted schedule dates.
// Street convention: the fraction of the first period is compounded; in the last coupon period interest is simple.
// Sources: 31 CFR 356 Appendix B, sections I and II (schedule, accrued, and the same formulas with simple interest in
// the first period); ICMA Rule 251 (actual/actual).
#pragma once

#include <vector>

#include "engine/base/time.h"
#include "engine/base/units.h"

namespace haven::instruments {

/// Annual coupon in thousandths of a percent: 4.250% is 4250, an eighth of a percent is 125.
struct CouponRate {
  std::int32_t v = 0;
  constexpr auto operator<=>(const CouponRate&) const = default;
};

/// Semiannual coupon in points.
constexpr double half_coupon_points(CouponRate c) { return c.v / 2000.0; }
constexpr double to_bp(CouponRate c) { return c.v / 10.0; }

/// A fixed-coupon Treasury. Interest accrues from `dated`; the first coupon is a full one.
/// Requires coupon >= 0, dated < maturity and dated on the coupon cycle of maturity (is_regular).
struct Bond {
  CouponRate coupon;
  base::Date dated;     ///< interest accrues from here; the issue date may be some days later
  base::Date maturity;  ///< the 15th or the last day of a month; a last day makes every coupon date a last day
  bool operator==(const Bond&) const = default;
};

/// Whether the bond's dates and coupon meet the requirements above. For input: everything below takes it for granted.
bool is_regular(const Bond& bond);
/// The on-the-run bond of `years` to maturity dated on the coupon cycle: dated `years` before maturity.
Bond bond_of_term(CouponRate coupon, int years, base::Date maturity);

/// Coupon dates after `dated`, ascending, the last being the maturity. A date that is no business day pays on the next
/// one (Calendar::on_or_after) with no further interest.
std::vector<base::Date> coupon_dates(const Bond& bond);
/// The coupon date (or dated date) at or before d, and the one after it. Requires d < maturity; before the dated date
/// the cycle is continued backwards.
struct CouponPeriod {
  base::Date start, end;
  int coupons_left = 0;  ///< coupons paid after d, that of `end` included
};
CouponPeriod coupon_period(const Bond& bond, base::Date d);

/// One semiannual coupon on `face`, in money. Exact where face is a multiple of $100 and the coupon of an eighth.
base::Money coupon_payment(const Bond& bond, base::Face face);
/// Interest accrued on `face` from the last coupon date to `settle`, rounded to 1/10,000 dollar, ties away from zero.
/// Zero on a coupon date. Requires dated <= settle < maturity.
base::Money accrued_interest(const Bond& bond, base::Face face, base::Date settle);

/// What a buyer who settles on a given day will receive, in the form that pricing needs: `coupons` payments of
/// `coupon_points`, the first after `first_period` of a half-year, the last together with 100.
/// A coupon due on the settlement day belongs to the seller.
struct RemainingFlows {
  double coupon_points = 0;   ///< each semiannual payment
  double accrued_points = 0;  ///< to be paid to the seller on top of the clean price
  double first_period = 1;    ///< time to the next coupon in half-years, in (0, 1]
  int coupons = 1;            ///< at least 1
};
/// Requires settle < maturity.
RemainingFlows remaining_flows(const Bond& bond, base::Date settle);

/// Price with accrued interest. Requires yield_bp > -20,000. Falls strictly as the yield rises.
double dirty_points(const RemainingFlows& flows, double yield_bp);
/// Quoted price: dirty_points without accrued interest.
double clean_points(const RemainingFlows& flows, double yield_bp);
/// The yield at which clean_points(flows, yield) is `clean`: Halley's method (Newton's step with its curvature) from
/// an estimate from coupon and pull to par; stops at a step below 1e-9 bp, usually the third, at the latest the eighth.
/// Requires clean + accrued > 0.
double yield_bp(const RemainingFlows& flows, double clean);

/// Price and its first two derivatives in the yield.
struct PriceRisk {
  double dirty_points = 0;
  double dv01_points_per_bp = 0;         ///< fall of the price per bp, positive: DV01 per $100 face
  double convexity_points_per_bp2 = 0;   ///< second derivative of the price

  double modified_duration_years() const { return dv01_points_per_bp * 1e4 / dirty_points; }
  double convexity_years2() const { return convexity_points_per_bp2 * 1e8 / dirty_points; }
};
PriceRisk price_risk(const RemainingFlows& flows, double yield_bp);

/// DV01 of one lot ($100,000 face) in dollars.
constexpr double dv01_dollars_per_lot(const PriceRisk& risk) { return risk.dv01_points_per_bp * 1000.0; }

/// The coupon that an auction sets at a high yield: the highest eighth of a percent at or below it, at least 1/8.
/// Source: 31 CFR 356.20(b), an eighth that prices closest to, but not above, par; floor of 1/8 [both from memory].
CouponRate auction_coupon(double yield_bp);

}  // namespace haven::instruments
