#include "engine/instruments/swap.h"

#include <cmath>
#include <string>

#include "engine/base/check.h"

namespace haven::instruments {
namespace {

constexpr double kYearFraction = 365.0 / 360.0;
constexpr double kDollarsPerLot = 100'000.0;

std::size_t tenor(int years) {
  HAVEN_CHECK(years >= 1 && years <= kMaxSwapYears, "a swap of " + std::to_string(years) + " years");
  return static_cast<std::size_t>(years);
}

double interpolated(std::span<const ParPoint> points, int years) {
  if (years <= points.front().years) return points.front().par_bp;
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (years > points[i].years) continue;
    const ParPoint &a = points[i - 1], &b = points[i];
    return a.par_bp + (b.par_bp - a.par_bp) * (years - a.years) / (b.years - a.years);
  }
  return points.back().par_bp;
}

}  // namespace

SwapCurve bootstrap(std::span<const ParPoint> points) {
  HAVEN_CHECK(!points.empty(), "a par curve needs a point");
  for (std::size_t i = 0; i < points.size(); ++i) {
    tenor(points[i].years);
    HAVEN_CHECK(i == 0 || points[i - 1].years < points[i].years, "par points out of order");
  }
  SwapCurve curve;
  curve.discount[0] = 1.0;
  for (int years = 1; years <= kMaxSwapYears; ++years) {
    const std::size_t n = tenor(years);
    curve.par_bp[n] = interpolated(points, years);
    const double payment = curve.par_bp[n] * 1e-4 * kYearFraction;
    curve.discount[n] = (1.0 - curve.par_bp[n] * 1e-4 * curve.annuity[n - 1]) / (1.0 + payment);
    HAVEN_CHECK(curve.discount[n] > 0.0, "par rate of " + std::to_string(curve.par_bp[n]) + " bp at " +
                                             std::to_string(years) + " years leaves no discount factor");
    curve.annuity[n] = curve.annuity[n - 1] + kYearFraction * curve.discount[n];
  }
  return curve;
}

SwapCurve flat_curve(double par_bp) {
  const ParPoint point{10, par_bp};
  return bootstrap({&point, 1});
}

double swap_dv01_dollars_per_lot(const SwapCurve& curve, int years) {
  return curve.annuity[tenor(years)] * 1e-4 * kDollarsPerLot;
}

double pay_fixed_value_dollars_per_lot(const SwapCurve& curve, int years, double fixed_bp) {
  return (curve.par_bp[tenor(years)] - fixed_bp) * swap_dv01_dollars_per_lot(curve, years);
}

base::Money pay_fixed_value(const SwapCurve& curve, int years, double fixed_bp, std::int64_t lots) {
  const double units = pay_fixed_value_dollars_per_lot(curve, years, fixed_bp) * base::kMoneyPerDollar;
  return base::Money{static_cast<std::int64_t>(std::floor(units + 0.5))} * lots;
}

Spreadover spreadover(const SwapCurve& curve, int years, const PriceRisk& treasury) {
  const double dv01 = dv01_dollars_per_lot(treasury);
  return {dv01 / swap_dv01_dollars_per_lot(curve, years), dv01};
}

}  // namespace haven::instruments
