#include <catch2/catch.hpp>

#include <array>

#include "engine/base/check.h"
#include "engine/instruments/swap.h"

using haven::base::make_date;
using haven::base::Money;
using namespace haven::instruments;

TEST_CASE("a two-year swap bootstraps as it does by hand", "[instruments]") {
  // a = 365/360. D1 = 1/(1 + 0.04 a); D2 = (1 - 0.042 a D1)/(1 + 0.042 a) = 0.9199037788550667, in fractions.
  const std::array<ParPoint, 2> points{{{1, 400.0}, {2, 420.0}}};
  const SwapCurve curve = bootstrap(points);
  CHECK(curve.discount[1] == Approx(0.9610250934329952).epsilon(1e-14));
  CHECK(curve.discount[2] == Approx(0.9199037788550667).epsilon(1e-14));
  CHECK(swap_dv01_dollars_per_lot(flat_curve(400.0), 2) == Approx(19.107692448025713).epsilon(1e-13));
}

TEST_CASE("a par swap is worth nothing and each payment leg repays par", "[instruments]") {
  const std::array<ParPoint, 6> points{{{2, 365.0}, {3, 362.0}, {5, 367.0}, {7, 376.0}, {10, 388.0}, {30, 385.0}}};
  const SwapCurve curve = bootstrap(points);
  for (int years = 1; years <= kMaxSwapYears; ++years) {
    const auto n = static_cast<std::size_t>(years);
    CHECK(curve.par_bp[n] * 1e-4 * curve.annuity[n] + curve.discount[n] == Approx(1.0).epsilon(1e-14));
    CHECK(pay_fixed_value_dollars_per_lot(curve, years, curve.par_bp[n]) == 0.0);
  }
  CHECK(curve.par_bp[1] == 365.0);
  CHECK(curve.par_bp[4] == Approx(364.5));
  CHECK(curve.par_bp[20] == Approx(386.5));
}

TEST_CASE("paying fixed gains when rates rise, by the new annuity, to the cent", "[instruments]") {
  // Ten-year swap struck at 4.00%, curve flat at 4.10%: 10 bp times the annuity at 4.10% on $100m.
  const SwapCurve curve = flat_curve(410.0);
  const double per_lot = 10.0 * curve.annuity[10] * 10.0;
  CHECK(pay_fixed_value_dollars_per_lot(curve, 10, 400.0) == Approx(per_lot).epsilon(1e-14));
  CHECK(haven::base::to_dollars(pay_fixed_value(curve, 10, 400.0, 1'000)) == Approx(1'000.0 * per_lot).margin(0.05));
  CHECK(pay_fixed_value(curve, 10, 400.0, -1'000) == -pay_fixed_value(curve, 10, 400.0, 1'000));
  for (std::int64_t lots = 1; lots <= 20; ++lots)
    CHECK(pay_fixed_value(curve, 10, 400.0, lots) == pay_fixed_value(curve, 10, 400.0, 1) * lots);
  CHECK(pay_fixed_value(flat_curve(390.0), 10, 400.0, 1) < Money{0});
}

TEST_CASE("DV01 rises with the tenor and falls with the level of rates", "[instruments]") {
  for (int years = 2; years <= kMaxSwapYears; ++years) {
    CHECK(swap_dv01_dollars_per_lot(flat_curve(400.0), years) > swap_dv01_dollars_per_lot(flat_curve(400.0), years - 1));
    CHECK(swap_dv01_dollars_per_lot(flat_curve(400.0), years) > swap_dv01_dollars_per_lot(flat_curve(450.0), years));
  }
  CHECK(swap_dv01_dollars_per_lot(flat_curve(0.0), 30) == Approx(300.0 * 365.0 / 360.0));
}

TEST_CASE("a swap-spread position loses when the swap spread becomes more negative", "[instruments]") {
  // Long ten-year Treasury, pays fixed, no net DV01. First both rates rise 10 bp: nothing but convexity. Then the
  // Treasury's yield rises 5 bp alone: the spread goes from -45 to -50 and each lot loses 5 DV01.
  CHECK(swap_spread_bp(385.0, 430.0) == -45.0);
  const Bond bond = bond_of_term({4250}, 10, make_date(2035, 2, 15));
  const RemainingFlows flows = remaining_flows(bond, make_date(2025, 4, 3));
  const SwapCurve before = flat_curve(385.0);
  const Spreadover package = spreadover(before, 10, price_risk(flows, 430.0));
  const auto gain = [&](double par_bp, double yield_bp) {
    const double treasury = 1'000.0 * (clean_points(flows, yield_bp) - clean_points(flows, 430.0));
    return treasury + package.swap_lots_per_treasury_lot *
                          pay_fixed_value_dollars_per_lot(flat_curve(par_bp), 10, 385.0);
  };
  CHECK(package.dv01_dollars_per_lot == Approx(dv01_dollars_per_lot(price_risk(flows, 430.0))));
  CHECK(gain(395.0, 440.0) == Approx(0.0).margin(2.0));
  CHECK(gain(385.0, 435.0) == Approx(-5.0 * package.dv01_dollars_per_lot).epsilon(0.01));
  CHECK(gain(385.0, 435.0) < 0.0);
  CHECK(gain(380.0, 430.0) == Approx(-5.0 * package.dv01_dollars_per_lot).epsilon(0.01));
}

TEST_CASE("paying fixed above SOFR costs the difference by the day", "[instruments]") {
  CHECK(pay_fixed_carry_dollars_per_lot(385.0, 435.0, 30) == Approx(100'000.0 * 0.005 * 30.0 / 360.0));
  CHECK(pay_fixed_carry_dollars_per_lot(450.0, 435.0, 1) < 0.0);
}

TEST_CASE("a par curve that cannot be is our own error", "[instruments]") {
  const std::array<ParPoint, 2> unordered{{{10, 400.0}, {5, 400.0}}};
  const std::array<ParPoint, 1> too_long{{{31, 400.0}}};
  CHECK_THROWS_AS(bootstrap(unordered), haven::base::CheckFailure);
  CHECK_THROWS_AS(bootstrap(too_long), haven::base::CheckFailure);
  CHECK_THROWS_AS(bootstrap({}), haven::base::CheckFailure);
  CHECK_THROWS_AS(swap_dv01_dollars_per_lot(flat_curve(400.0), 0), haven::base::CheckFailure);
}
