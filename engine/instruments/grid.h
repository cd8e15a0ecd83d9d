// Price grids: how a book's integer tick positions read as prices, and what they are worth.
//
// One lot is $100,000 of face (or swap notional), so that one point on one lot is $1,000.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "engine/base/check.h"
#include "engine/base/units.h"

namespace haven::instruments {

constexpr base::Face kLotFace{100'000};
constexpr base::Money kMoneyPerPointAndLot = base::dollars(1'000);

/// What a book's level means: a price per 100 face, or a spread or rate in basis points.
enum class PriceKind : std::uint8_t { points = 0, basis_points = 1 };

/// The grid of one book: level = ticks / ticks_per_unit, in points or basis points. Requires ticks_per_unit > 0;
/// a power of two makes every level an exact double.
struct PriceGrid {
  PriceKind kind = PriceKind::points;
  std::int32_t ticks_per_unit = 64;
  bool operator==(const PriceGrid&) const = default;
};

// Interdealer cash: 2y 1/8 of 1/32; 3y and 5y 1/4 of 1/32; 7y, 10y and 30y 1/2 of 1/32 (docs/model.md, Instruments).
constexpr PriceGrid kCash2y{PriceKind::points, 256};
constexpr PriceGrid kCash3y{PriceKind::points, 128};
constexpr PriceGrid kCash5y{PriceKind::points, 128};
constexpr PriceGrid kCash7y{PriceKind::points, 64};
constexpr PriceGrid kCash10y{PriceKind::points, 64};
constexpr PriceGrid kCash30y{PriceKind::points, 64};
/// Requests for quote: 1/32 of 1/32 of a point, finer than any book.
constexpr PriceGrid kQuote{PriceKind::points, 1024};
/// Interdealer spreadover (swap against Treasury): 1/8 bp of swap spread.
constexpr PriceGrid kSpreadover{PriceKind::basis_points, 8};
/// Quoted par swap rates: 1/64 bp.
constexpr PriceGrid kSwapRate{PriceKind::basis_points, 64};

/// The level of a tick position, in points or basis points by grid.kind.
constexpr double level(const PriceGrid& grid, base::Price price) {
  return static_cast<double>(price.v) / grid.ticks_per_unit;
}
constexpr double level(const PriceGrid& grid, base::Ticks distance) {
  return static_cast<double>(distance.v) / grid.ticks_per_unit;
}

/// Where a level that lies between two ticks goes.
enum class Rounding : std::uint8_t { down, nearest, up };

/// The tick position of a level; `down` suits a bid, `up` an offer, a half tick rounds up. A level within 1e-6 ticks
/// of a position is at that position. Requires a finite level inside the 32-bit range.
inline base::Price price_at(const PriceGrid& grid, double level_value, Rounding rounding) {
  const double ticks = level_value * grid.ticks_per_unit;
  const double whole = rounding == Rounding::nearest ? std::floor(ticks + 0.5)
                       : rounding == Rounding::down  ? std::floor(ticks + 1e-6)
                                                     : std::ceil(ticks - 1e-6);
  HAVEN_CHECK(whole >= std::numeric_limits<std::int32_t>::min() && whole <= std::numeric_limits<std::int32_t>::max(),
              "level " + std::to_string(level_value) + " is off its grid");
  return {static_cast<std::int32_t>(whole)};
}

/// Money of `lots` lots over `distance` ticks of a points grid: variation margin, gains, the price of a trade.
/// Exact for every whole tick when lots * 10^7 is a multiple of ticks_per_unit: any lot on grids up to 128 per point,
/// even lots on 256 (a TU contract is 2 lots, $1m of two-year notes 10). Otherwise the nearest 1/10,000 dollar, ties
/// away from zero, so that value(-lots) = -value(lots) always. The product has 128 bits.
constexpr base::Money value(const PriceGrid& grid, base::Ticks distance, std::int64_t lots) {
  HAVEN_CHECK(grid.kind == PriceKind::points, "money of a basis-point grid needs a DV01");
  return {base::mul_div(distance.v * kMoneyPerPointAndLot.v, lots, grid.ticks_per_unit)};
}
/// Money of `lots` lots at a price, without accrued interest. Exactness as above.
constexpr base::Money value(const PriceGrid& grid, base::Price price, std::int64_t lots) {
  return value(grid, base::Ticks{price.v}, lots);
}
/// Money of `lots` lots over `distance` ticks of a basis-point grid, at a stated DV01 of one lot. Rounded once per
/// lot-tick product, ties away from zero. Requires |lots| * dv01_per_lot below 9 * 10^18 units.
constexpr base::Money value(const PriceGrid& grid, base::Ticks distance, std::int64_t lots, base::Money dv01_per_lot) {
  HAVEN_CHECK(grid.kind == PriceKind::basis_points, "a price grid is valued without a DV01");
  return {base::mul_div(dv01_per_lot.v * lots, distance.v, grid.ticks_per_unit)};
}

// The grids' own worked examples: one tick of a two-year note on $1m, of TU, FV, TY and US contracts.
static_assert(value(kCash2y, base::Ticks{1}, 10).v == 390'625);                           // $39.0625
static_assert(value(kCash2y, base::Ticks{1}, 2).v == 78'125);                             // $7.8125
static_assert(value(kCash5y, base::Ticks{1}, 1).v == 78'125);                             // $7.8125
static_assert(value(kCash10y, base::Ticks{1}, 1).v == 156'250);                           // $15.625
static_assert(value(PriceGrid{PriceKind::points, 32}, base::Ticks{1}, 1).v == 312'500);   // $31.25

}  // namespace haven::instruments
