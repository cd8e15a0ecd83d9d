#include <catch2/catch.hpp>

#include <cmath>

#include "engine/base/check.h"
#include "engine/instruments/bond.h"

using haven::base::CheckFailure;
using haven::base::dollars;
using haven::base::Face;
using haven::base::make_date;
using haven::base::Money;
using namespace haven::instruments;

TEST_CASE("the Treasury's own example prices to its sixth decimal", "[instruments]") {
  // 31 CFR 356 Appendix B, II.A: 8-3/4% bond issued 15 May 1990, due 15 May 2020, yield 8.84%: 99.057893. The
  // settlement is a coupon date, where street and Treasury conventions agree.
  const Bond bond = bond_of_term({8750}, 30, make_date(2020, 5, 15));
  CHECK(bond.dated == make_date(1990, 5, 15));
  const RemainingFlows flows = remaining_flows(bond, make_date(1990, 5, 15));
  CHECK(flows.coupons == 60);
  CHECK(flows.accrued_points == 0.0);
  CHECK(clean_points(flows, 884.0) == Approx(99.057893).margin(5e-7));
  CHECK(yield_bp(flows, 99.057893) == Approx(884.0).margin(1e-4));
}

TEST_CASE("a reopened note accrues as the Treasury says and its street price is the known one", "[instruments]") {
  // 31 CFR 356 Appendix B, II.D: 9-1/2% note due 15 November 1995, settled 29 November 1985, 14 days of 181 accrued:
  // A = 0.367403. At 9.54% the Treasury's simple first period gives 99.730918; compounded it is
  // (P + A)(1 + i/2)^(167/181) = 104.5036982843 (the example's right side): P = 99.738573.
  const Bond bond = bond_of_term({9500}, 10, make_date(1995, 11, 15));
  const RemainingFlows flows = remaining_flows(bond, make_date(1985, 11, 29));
  CHECK(flows.accrued_points == Approx(0.367403).margin(5e-7));
  CHECK(flows.first_period == Approx(167.0 / 181.0).margin(1e-15));
  CHECK(clean_points(flows, 954.0) == Approx(99.738573).margin(1e-6));
  const double treasury = dirty_points(flows, 954.0) * std::pow(1.0477, 167.0 / 181.0) / (1.0 + 167.0 / 181.0 * 0.0477);
  CHECK(treasury - flows.accrued_points == Approx(99.730918).margin(1e-6));
}

TEST_CASE("coupons and accrued interest are money to the cent", "[instruments]") {
  const Bond ten = bond_of_term({4625}, 10, make_date(2035, 2, 15));
  CHECK(coupon_payment(ten, Face{1'000'000}) == dollars(23'125));
  CHECK(coupon_payment(ten, Face{100}) == Money{23'125});  // $2.3125
  // 31 CFR 356 Appendix B, I.A.1: 8% on $1,000 is $40 a half-year.
  CHECK(coupon_payment(bond_of_term({8000}, 2, make_date(2027, 5, 31)), Face{1'000}) == dollars(40));
  // 3 April 2025: 47 of the 181 days from 15 February to 15 August; 23,125 * 47/181 = 6,004.8343.
  CHECK(accrued_interest(ten, Face{1'000'000}, make_date(2025, 4, 3)) == Money{60'048'343});
  CHECK(accrued_interest(ten, Face{-1'000'000}, make_date(2025, 4, 3)) == Money{-60'048'343});
  CHECK(accrued_interest(ten, Face{1'000'000}, make_date(2025, 8, 15)) == Money{0});
  CHECK_THROWS_AS(accrued_interest(ten, Face{1'000'000}, make_date(2025, 2, 14)), CheckFailure);
}

TEST_CASE("coupon dates of a month-end note are month ends, leap years included", "[instruments]") {
  const Bond note = bond_of_term({4125}, 2, make_date(2025, 2, 28));
  CHECK(coupon_dates(note) == std::vector{make_date(2023, 8, 31), make_date(2024, 2, 29), make_date(2024, 8, 31),
                                          make_date(2025, 2, 28)});
  CHECK(note.dated == make_date(2023, 2, 28));
  CHECK(coupon_period(note, make_date(2024, 2, 28)).end == make_date(2024, 2, 29));
  CHECK(coupon_period(note, make_date(2024, 2, 29)).start == make_date(2024, 2, 29));
  CHECK(coupon_period(note, make_date(2024, 2, 29)).coupons_left == 2);
  CHECK_THROWS_AS(coupon_period(note, make_date(2025, 2, 28)), CheckFailure);
}

TEST_CASE("a bond off its coupon cycle is told apart before it is used", "[instruments]") {
  CHECK(is_regular({{4625}, make_date(2025, 2, 15), make_date(2035, 2, 15)}));
  CHECK(is_regular({{4625}, make_date(2025, 8, 31), make_date(2027, 2, 28)}));
  CHECK_FALSE(is_regular({{4625}, make_date(2025, 2, 18), make_date(2035, 2, 15)}));
  CHECK_FALSE(is_regular({{4625}, make_date(2025, 3, 15), make_date(2035, 2, 15)}));
  CHECK_FALSE(is_regular({{-125}, make_date(2025, 2, 15), make_date(2035, 2, 15)}));
  CHECK_FALSE(is_regular({{4625}, make_date(2035, 2, 15), make_date(2035, 2, 15)}));
}

TEST_CASE("a bond whose yield is its coupon is worth par on a coupon date", "[instruments]") {
  for (const int years : {2, 3, 5, 7, 10, 30}) {
    const Bond bond = bond_of_term({4375}, years, make_date(2025 + years, 2, 15));
    CHECK(clean_points(remaining_flows(bond, bond.dated), to_bp(bond.coupon)) == Approx(100.0).margin(1e-10));
  }
}

TEST_CASE("yield inverts price from negative yields to 20%", "[instruments]") {
  for (const int years : {1, 2, 5, 10, 30})
    for (const int coupon : {125, 1500, 4250, 8750})
      for (double y = -100.0; y <= 2'000.0; y += 75.0) {
        const Bond bond = bond_of_term({coupon}, years, make_date(2025 + years, 2, 15));
        for (const auto settle : {make_date(2025, 2, 15), make_date(2025, 4, 3), make_date(2025, 8, 14)}) {
          const RemainingFlows flows = remaining_flows(bond, settle);
          REQUIRE(yield_bp(flows, clean_points(flows, y)) == Approx(y).margin(1e-8));
        }
      }
}

TEST_CASE("DV01 and convexity are the derivatives of the price", "[instruments]") {
  for (const int years : {1, 2, 10, 30}) {
    const Bond bond = bond_of_term({4250}, years, make_date(2025 + years, 2, 15));
    for (const auto settle : {make_date(2025, 2, 15), make_date(2025, 4, 3), make_date(2025, 10, 1)}) {
      const RemainingFlows flows = remaining_flows(bond, settle);
      const PriceRisk risk = price_risk(flows, 430.0);
      const double up = dirty_points(flows, 431.0), at = dirty_points(flows, 430.0), down = dirty_points(flows, 429.0);
      CHECK(risk.dirty_points == Approx(at).epsilon(1e-14));
      CHECK(risk.dv01_points_per_bp == Approx((down - up) / 2.0).epsilon(3e-6));
      CHECK(risk.convexity_points_per_bp2 == Approx(up - 2.0 * at + down).epsilon(1e-3));
    }
  }
}

TEST_CASE("in the last coupon period interest is simple", "[instruments]") {
  const Bond note = bond_of_term({4000}, 2, make_date(2025, 8, 15));
  const RemainingFlows flows = remaining_flows(note, make_date(2025, 5, 15));  // 92 of 181 days left
  CHECK(flows.coupons == 1);
  CHECK(dirty_points(flows, 430.0) == Approx(102.0 / (1.0 + 0.0215 * 92.0 / 181.0)).epsilon(1e-14));
}

TEST_CASE("an auction sets the coupon in eighths at or below the yield", "[instruments]") {
  CHECK(auction_coupon(443.5) == CouponRate{4375});  // the 10-year of 9 April 2025: high yield 4.435%, below 4.5%
  CHECK(auction_coupon(425.0) == CouponRate{4250});
  CHECK(auction_coupon(424.9) == CouponRate{4125});
  CHECK(auction_coupon(3.0) == CouponRate{125});
  CHECK(auction_coupon(-20.0) == CouponRate{125});
}
