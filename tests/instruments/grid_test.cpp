#include <catch2/catch.hpp>

#include <limits>

#include "engine/base/check.h"
#include "engine/instruments/grid.h"

using haven::base::CheckFailure;
using haven::base::dollars;
using haven::base::Money;
using haven::base::Price;
using haven::base::Ticks;
using namespace haven::instruments;

TEST_CASE("a tick of a two-year note on $1m is exactly $39.0625", "[instruments]") {
  CHECK(value(kCash2y, Ticks{1}, 10) == Money{390'625});
  CHECK(value(kCash10y, Ticks{1}, 10) == Money{1'562'500});  // $156.25
  CHECK(value(kCash10y, Price{99 * 64 + 17}, 10) == Money{9'926'562'500});  // 99-08+ on $1m: $992,656.25
}

TEST_CASE("value is additive in lots and ticks wherever it is exact", "[instruments]") {
  for (const PriceGrid& grid : {kCash2y, kCash3y, kCash10y, PriceGrid{PriceKind::points, 32}})
    for (std::int64_t lots = -8; lots <= 8; lots += 2)
      for (std::int32_t ticks = -70; ticks <= 70; ++ticks) {
        REQUIRE(value(grid, Ticks{ticks}, lots).v * grid.ticks_per_unit == ticks * lots * 10'000'000);
        REQUIRE(value(grid, Ticks{ticks}, lots) == -value(grid, Ticks{ticks}, -lots));
      }
  // An odd lot on the finest grid: half a unit, away from zero on both sides.
  CHECK(value(kCash2y, Ticks{1}, 1) == Money{39'063});
  CHECK(value(kCash2y, Ticks{1}, -1) == Money{-39'063});
}

TEST_CASE("the value of the whole market does not overflow", "[instruments]") {
  // $30 trillion at 112: 3 * 10^8 lots; the product of ticks, lots and money passes 63 bits.
  CHECK(value(kCash2y, Price{112 * 256}, 300'000'000) == dollars(33'600'000'000'000));
}

TEST_CASE("a spread in basis points is worth its DV01", "[instruments]") {
  // Ten-year package of $100m face at $82.0085 a lot and bp; 3/8 bp: 1,000 * 82.0085 * 0.375 = $30,753.1875.
  CHECK(value(kSpreadover, Ticks{3}, 1'000, Money{820'085}) == Money{307'531'875});
  CHECK(value(kSpreadover, Ticks{-3}, 1'000, Money{820'085}) == Money{-307'531'875});
  CHECK_THROWS_AS(value(kSpreadover, Ticks{3}, 1'000), CheckFailure);
  CHECK_THROWS_AS(value(kCash10y, Ticks{3}, 1'000, Money{820'085}), CheckFailure);
}

TEST_CASE("levels round down for bids, up for offers, and back to their own tick", "[instruments]") {
  CHECK(price_at(kCash10y, 99.26, Rounding::down) == Price{99 * 64 + 16});
  CHECK(price_at(kCash10y, 99.26, Rounding::up) == Price{99 * 64 + 17});
  CHECK(price_at(kCash10y, 99.26, Rounding::nearest) == Price{99 * 64 + 17});
  CHECK(price_at(kSpreadover, -80.3, Rounding::down) == Price{-643});
  CHECK(price_at(kSpreadover, -80.3, Rounding::up) == Price{-642});
  for (const PriceGrid& grid : {kCash2y, kCash5y, kCash30y, kSpreadover, kSwapRate, kQuote})
    for (std::int32_t ticks = -5'000; ticks <= 30'000; ticks += 7)
      for (const Rounding rounding : {Rounding::down, Rounding::nearest, Rounding::up})
        REQUIRE(price_at(grid, level(grid, Price{ticks}), rounding) == Price{ticks});
  CHECK_THROWS_AS(price_at(kCash10y, 1e9, Rounding::nearest), CheckFailure);
  CHECK_THROWS_AS(price_at(kCash10y, std::numeric_limits<double>::quiet_NaN(), Rounding::down), CheckFailure);
}
