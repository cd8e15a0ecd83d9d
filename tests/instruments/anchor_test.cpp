#include <catch2/catch.hpp>

#include <cmath>

#include "engine/instruments/anchor.h"

using haven::base::make_date;
using namespace haven::instruments;

namespace {
const auto kSettle = make_date(2025, 4, 3);
Bond on_the_run(int years, double yield) {
  return bond_of_term(auction_coupon(yield), years, make_date(2025 + years, 2, 15));
}
}  // namespace

TEST_CASE("an anchor is the bond's price, DV01 and convexity where it is anchored", "[instruments]") {
  const Bond bond = on_the_run(10, 430.0);
  const RemainingFlows flows = remaining_flows(bond, kSettle);
  const PriceAnchor anchor = anchor_bond(bond, kSettle, 430.0);
  CHECK(anchor.price_points(430.0) == clean_points(flows, 430.0));
  CHECK(anchor.yield_bp(clean_points(flows, 430.0)) == 430.0);
  CHECK(anchor.dv01_at(430.0) == price_risk(flows, 430.0).dv01_points_per_bp);
  CHECK(anchor.dv01_at(450.0) == Approx(price_risk(flows, 450.0).dv01_points_per_bp).epsilon(1e-3));
}

TEST_CASE("an anchor's yield stays within its stated error of the exact one", "[instruments]") {
  struct Row {
    int years;
    double yield_bp, near_bp, far_bp;  // bounds within 25 bp and within 150 bp
  };
  for (const Row& row : {Row{2, 430.0, 0.001, 0.04}, Row{2, 60.0, 0.001, 0.04}, Row{10, 430.0, 0.003, 0.75},
                         Row{10, 60.0, 0.003, 0.75}, Row{30, 430.0, 0.025, 5.1}, Row{30, 60.0, 0.025, 8.5}}) {
    const Bond bond = on_the_run(row.years, row.yield_bp);
    const RemainingFlows flows = remaining_flows(bond, kSettle);
    const PriceAnchor anchor = anchor_bond(bond, kSettle, row.yield_bp);
    double nearby = 0.0, worst = 0.0;
    for (double x = -150.0; x <= 150.0; x += 2.5) {
      const double exact = clean_points(flows, row.yield_bp + x);
      const double error = anchor.yield_bp(exact) - (row.yield_bp + x);
      worst = std::fmax(worst, std::fabs(error));
      if (std::fabs(x) <= 25.0) nearby = std::fmax(nearby, std::fabs(error));
      if (std::fabs(x) > 1.0) CHECK((x > 0.0) == (anchor.price_points(row.yield_bp + x) > exact));
    }
    INFO(row.years << " years at " << row.yield_bp);
    CHECK(nearby < row.near_bp);
    CHECK(worst < row.far_bp);
    CHECK(worst > 0.5 * row.far_bp);  // the stated error is not a loose bound
  }
}

TEST_CASE("price and yield of an anchor invert each other and the price falls everywhere", "[instruments]") {
  for (const int years : {2, 10, 30}) {
    const PriceAnchor anchor = anchor_bond(on_the_run(years, 60.0), kSettle, 60.0);
    CHECK(anchor.knee_bp() > 165.0);
    double before = anchor.price_points(-1'001.0);
    for (double yield = -1'000.0; yield <= 6'000.0; yield += 3.0) {
      const double price = anchor.price_points(yield);
      REQUIRE(price < before);
      REQUIRE(anchor.yield_bp(price) == Approx(yield).margin(1e-8));
      REQUIRE(anchor.dv01_at(yield) > 0.4999 * anchor.dv01_points_per_bp);
      before = price;
    }
    const double knee = anchor.anchor_yield_bp + anchor.knee_bp();
    CHECK(anchor.price_points(knee - 1e-6) - anchor.price_points(knee + 1e-6) ==
          Approx(anchor.dv01_points_per_bp * 1e-6).epsilon(1e-3));
  }
}

TEST_CASE("a futures anchor reads the cheapest-to-deliver's forward yield", "[instruments]") {
  const Bond note = bond_of_term({4000}, 7, make_date(2032, 5, 15));
  const Deliverable cheapest{note, conversion_factor(spec(Contract::TY), note.coupon, note.maturity, {2025, 6})};
  const auto delivery = make_date(2025, 6, 30);
  const PriceAnchor anchor = anchor_future_at_price(cheapest, delivery, 111.5);
  CHECK(anchor.price_points(anchor.anchor_yield_bp) == Approx(111.5).epsilon(1e-12));
  // Exact at a distance: futures price at 20 bp more is the forward clean price at that yield over the factor.
  const double exact =
      clean_points(remaining_flows(note, delivery), anchor.anchor_yield_bp + 20.0) / to_double(cheapest.factor);
  CHECK(anchor.price_points(anchor.anchor_yield_bp + 20.0) == Approx(exact).margin(2e-4));
  CHECK(anchor.yield_bp(exact) == Approx(anchor.anchor_yield_bp + 20.0).margin(2e-3));
  const PriceRisk forward = price_risk(remaining_flows(note, delivery), anchor.anchor_yield_bp);
  CHECK(1'000.0 * anchor.dv01_points_per_bp ==
        Approx(futures_dv01_dollars(spec(Contract::TY), forward, cheapest.factor)).epsilon(1e-12));
}
