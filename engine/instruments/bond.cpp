#include "engine/instruments/bond.h"

#include <cmath>
#include <string>

#include "engine/base/check.h"
#include "engine/base/math.h"
#include "engine/instruments/dates.h"

namespace haven::instruments {
namespace {

// The coupon date `periods` half-years before maturity.
base::Date schedule_date(base::Date maturity, int periods) {
  return is_month_end(maturity) ? month_end(maturity, -6 * periods) : add_months(maturity, -6 * periods);
}

// Sums over the remaining payments of payment * v^k * k^j, k counted from the next coupon, j = 0, 1, 2.
struct PowerSums {
  double s0, s1, s2;
};

PowerSums power_sums(const RemainingFlows& flows, double v) {
  double s0 = flows.coupon_points + 100.0, s1 = 0.0, s2 = 0.0;
  // Horner from the last payment: moving one period later maps k to k + 1.
  for (int k = 1; k < flows.coupons; ++k) {
    s2 = v * (s2 + 2.0 * s1 + s0);
    s1 = v * (s1 + s0);
    s0 = v * s0 + flows.coupon_points;
  }
  return {s0, s1, s2};
}

double half_year_yield(double yield_bp) {
  const double half = yield_bp * 0.5e-4;
  HAVEN_CHECK(half > -1.0, "yield of " + std::to_string(yield_bp) + " bp");
  return half;
}

}  // namespace

bool is_regular(const Bond& bond) {
  if (bond.coupon.v < 0 || bond.dated >= bond.maturity) return false;
  const int periods = (whole_months(bond.dated, bond.maturity) + 3) / 6;
  return periods >= 1 && schedule_date(bond.maturity, periods) == bond.dated;
}

Bond bond_of_term(CouponRate coupon, int years, base::Date maturity) {
  HAVEN_CHECK(years >= 1 && coupon.v >= 0, "a bond of " + std::to_string(years) + " years");
  return {coupon, schedule_date(maturity, 2 * years), maturity};
}

std::vector<base::Date> coupon_dates(const Bond& bond) {
  std::vector<base::Date> dates;
  for (int periods = coupon_period(bond, bond.dated).coupons_left - 1; periods >= 0; --periods)
    dates.push_back(schedule_date(bond.maturity, periods));
  return dates;
}

CouponPeriod coupon_period(const Bond& bond, base::Date d) {
  HAVEN_CHECK(d < bond.maturity, base::to_string(d) + " is not before maturity " + base::to_string(bond.maturity));
  int after = whole_months(d, bond.maturity) / 6;
  while (schedule_date(bond.maturity, after) <= d) --after;
  while (schedule_date(bond.maturity, after + 1) > d) ++after;
  return {schedule_date(bond.maturity, after + 1), schedule_date(bond.maturity, after), after + 1};
}

base::Money coupon_payment(const Bond& bond, base::Face face) {
  return {base::mul_div(face.v, bond.coupon.v * base::kMoneyPerDollar, 200'000)};
}

base::Money accrued_interest(const Bond& bond, base::Face face, base::Date settle) {
  HAVEN_CHECK(settle >= bond.dated, base::to_string(settle) + " is before the dated date " + base::to_string(bond.dated));
  const CouponPeriod period = coupon_period(bond, settle);
  return {base::mul_div(face.v, bond.coupon.v * base::kMoneyPerDollar * (settle.v - period.start.v),
                        200'000LL * (period.end.v - period.start.v))};
}

RemainingFlows remaining_flows(const Bond& bond, base::Date settle) {
  const CouponPeriod period = coupon_period(bond, settle);
  const double days = period.end.v - period.start.v;
  const double coupon = half_coupon_points(bond.coupon);
  return {coupon, coupon * (settle.v - period.start.v) / days, (period.end.v - settle.v) / days, period.coupons_left};
}

PriceRisk price_risk(const RemainingFlows& flows, double yield_bp) {
  const double half = half_year_yield(yield_bp);
  const double w = flows.first_period;
  if (flows.coupons == 1) {
    const double growth = 1.0 + w * half;
    HAVEN_CHECK(growth > 0.0, "yield of " + std::to_string(yield_bp) + " bp");
    const double price = (flows.coupon_points + 100.0) / growth;
    const double slope = w / growth;
    return {price, price * slope * 0.5e-4, price * 2.0 * slope * slope * 0.25e-8};
  }
  const double v = 1.0 / (1.0 + half);
  const auto [s0, s1, s2] = power_sums(flows, v);
  const double first = w == 1.0 ? v : base::pow(v, w);
  return {first * s0, first * v * (w * s0 + s1) * 0.5e-4,
          first * v * v * (w * (w + 1.0) * s0 + (2.0 * w + 1.0) * s1 + s2) * 0.25e-8};
}

double dirty_points(const RemainingFlows& flows, double yield_bp) {
  const double half = half_year_yield(yield_bp);
  if (flows.coupons == 1) {
    const double growth = 1.0 + flows.first_period * half;
    HAVEN_CHECK(growth > 0.0, "yield of " + std::to_string(yield_bp) + " bp");
    return (flows.coupon_points + 100.0) / growth;
  }
  const double v = 1.0 / (1.0 + half);
  double sum = flows.coupon_points + 100.0;
  for (int k = 1; k < flows.coupons; ++k) sum = v * sum + flows.coupon_points;
  return (flows.first_period == 1.0 ? v : base::pow(v, flows.first_period)) * sum;
}

double clean_points(const RemainingFlows& flows, double yield_bp) {
  return dirty_points(flows, yield_bp) - flows.accrued_points;
}

double yield_bp(const RemainingFlows& flows, double clean) {
  const double target = clean + flows.accrued_points;
  HAVEN_CHECK(target > 0.0, "dirty price of " + std::to_string(target) + " points");
  // Coupon plus straight-line pull to par, over the mean of price and par: a few bp off near par.
  const double years = 0.5 * (flows.first_period + flows.coupons - 1);
  double y = 1e4 * (2.0 * flows.coupon_points + (100.0 - clean) / years) / (0.5 * (100.0 + clean));
  if (!(y > -5'000.0)) y = -5'000.0;
  for (int step = 0; step < 8; ++step) {
    const PriceRisk at = price_risk(flows, y);
    const double newton = (at.dirty_points - target) / at.dv01_points_per_bp;
    const double bend = 1.0 - 0.5 * newton * at.convexity_points_per_bp2 / at.dv01_points_per_bp;
    const double move = newton / (bend > 0.25 ? bend : 0.25);
    y += move;
    if (!(y > -19'000.0)) y = -19'000.0;
    if (std::fabs(move) < 1e-9) break;
  }
  return y;
}

CouponRate auction_coupon(double yield_bp) {
  const int eighths = static_cast<int>(std::floor(yield_bp / 12.5 + 1e-9));
  return {125 * (eighths < 1 ? 1 : eighths)};
}

}  // namespace haven::instruments
