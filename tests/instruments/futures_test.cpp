#include <catch2/catch.hpp>

#include <array>
#include <cmath>

#include "engine/instruments/calendar.h"
#include "engine/instruments/futures.h"

using haven::base::Date;
using haven::base::make_date;
using haven::base::Money;
using haven::base::Price;
using haven::base::Ticks;
using namespace haven::instruments;

namespace {

// The worked example of this file: 4% note of 15 May 2032 at par, futures at 112-00, bought for 3 April 2025, delivered
// on 30 June 2025, 88 days, financed at 4.40%. Coupon of 2.00 on 15 May (46 days before delivery). In fractions:
// AI0 = 2 * 139/181, AI_d = 2 * 46/184 = 0.5.
const Bond kNote = bond_of_term({4000}, 7, make_date(2032, 5, 15));
const Deliverable kDeliverable{kNote, {8924}};
constexpr double kFutures = 112.0;
Financing example() { return {make_date(2025, 4, 3), make_date(2025, 6, 30), 440.0}; }

}  // namespace

TEST_CASE("one tick of each contract is worth what the exchange says", "[instruments]") {
  const auto tick = [](Contract c) { return value(spec(c).grid, Ticks{1}, spec(c).lots); };
  CHECK(tick(Contract::TU) == Money{78'125});    // $7.8125
  CHECK(tick(Contract::FV) == Money{78'125});    // $7.8125
  CHECK(tick(Contract::TY) == Money{156'250});   // $15.625
  CHECK(tick(Contract::UXY) == Money{156'250});  // $15.625
  CHECK(tick(Contract::US) == Money{312'500});   // $31.25
  CHECK(tick(Contract::UB) == Money{312'500});   // $31.25
  for (int c = 0; c < kContracts; ++c) CHECK(spec(static_cast<Contract>(c)).contract == static_cast<Contract>(c));
}

TEST_CASE("a short basis hedge pays $1,000 a contract when futures rise a point", "[instruments]") {
  const ContractSpec& ty = spec(Contract::TY);
  CHECK(value(ty.grid, Ticks{64}, -ty.lots) == haven::base::dollars(-1'000));
  CHECK(value(ty.grid, Ticks{-64}, -ty.lots) == haven::base::dollars(1'000));
}

TEST_CASE("conversion factors are the published ones", "[instruments]") {
  struct Row {
    Contract contract;
    int coupon;
    Date maturity;
    DeliveryMonth month;
    double factor;
  };
  // Hull, Options, Futures, and Other Derivatives, section 6.2: 10% with 20 years and 2 months: 1.4623; 8% with 18
  // years and 4 months: 1.2199 (maturities here are chosen to have those terms). The TU, TY and FV rows of December
  // 2008 have the inputs of CME's "Calculating U.S. Treasury Futures Conversion Factors" (1-1/2 of 10/2010, 3-3/4 of
  // 11/2018, 2-3/4 of 10/2013): its formula read there, these rows from memory. The March 2025 rows agree with a public implementation.
  const std::array<Row, 10> rows{{
      {Contract::US, 10'000, make_date(2045, 5, 31), {2025, 3}, 1.4623},
      {Contract::US, 8'000, make_date(2043, 7, 15), {2025, 3}, 1.2199},
      {Contract::TU, 1'500, make_date(2010, 10, 31), {2008, 12}, 0.9229},
      {Contract::TY, 3'750, make_date(2018, 11, 15), {2008, 12}, 0.8357},
      {Contract::FV, 2'750, make_date(2013, 10, 31), {2008, 12}, 0.8653},
      {Contract::TU, 750, make_date(2027, 2, 28), {2025, 3}, 0.9063},
      {Contract::FV, 2'125, make_date(2030, 2, 28), {2025, 3}, 0.8371},
      {Contract::TY, 3'375, make_date(2034, 8, 15), {2025, 3}, 0.8157},
      {Contract::US, 6'375, make_date(2046, 2, 15), {2025, 3}, 1.0441},
      {Contract::UB, 4'375, make_date(2055, 2, 15), {2025, 3}, 0.7757},
  }};
  for (const Row& row : rows) {
    INFO(spec(row.contract).name << " " << row.coupon << " " << haven::base::to_string(row.maturity));
    const ConversionFactor factor = conversion_factor(spec(row.contract), {row.coupon}, row.maturity, row.month);
    CHECK(factor.v == static_cast<std::int32_t>(std::floor(row.factor * 10'000.0 + 0.5)));
  }
}

TEST_CASE("a conversion factor is the bond's price at 6% on its rounded maturity", "[instruments]") {
  // By direct discounting: coupons each half-year back from n years and z months, accrued interest taken off.
  for (const Contract contract : {Contract::TU, Contract::TY}) {
    const ContractSpec& terms = spec(contract);
    for (int months = 19; months <= 360; ++months)
      for (const int coupon : {125, 4'250, 6'000, 7'625}) {
        const Date maturity = make_date(2025 + (5 + months) / 12, (5 + months) % 12 + 1, 15);
        const int rounded = months / terms.factor_months * terms.factor_months;
        const int to_next = (rounded - 1) % 6 + 1;  // months to the next coupon, 1..6
        double price = 0.0;
        for (int m = to_next; m <= rounded; m += 6) price += coupon / 2'000.0 * std::pow(1.03, -m / 6.0);
        price += 100.0 * std::pow(1.03, -rounded / 6.0);
        const double clean = price - coupon / 2'000.0 * (6 - to_next) / 6.0;
        INFO(terms.name << " " << months << " months, coupon " << coupon);
        REQUIRE(exact_conversion_factor(terms, {coupon}, maturity, {2025, 6}) == Approx(clean / 100.0).epsilon(1e-12));
      }
  }
  CHECK(conversion_factor(spec(Contract::TY), {6'000}, make_date(2032, 5, 15), {2025, 6}).v == 9'999);
  CHECK(conversion_factor(spec(Contract::TY), {6'000}, make_date(2032, 6, 15), {2025, 6}).v == 10'000);
}

TEST_CASE("each contract takes the maturities of its rule and no others", "[instruments]") {
  const DeliveryMonth june{2025, 6};
  const auto takes = [&](Contract c, int years, Date maturity) {
    return deliverable(spec(c), bond_of_term({4'000}, years, maturity), june);
  };
  // TU: 1 March 2027 at the earliest, 30 June 2027 at the latest, original term up to 5y3m.
  CHECK_FALSE(takes(Contract::TU, 2, make_date(2027, 2, 28)));
  CHECK(takes(Contract::TU, 2, make_date(2027, 3, 31)));
  CHECK(takes(Contract::TU, 5, make_date(2027, 6, 30)));
  CHECK_FALSE(takes(Contract::TU, 5, make_date(2027, 7, 31)));
  CHECK_FALSE(takes(Contract::TU, 7, make_date(2027, 6, 30)));
  // FV: at least 4y2m, original term up to 5y3m.
  CHECK_FALSE(takes(Contract::FV, 5, make_date(2029, 7, 31)));
  CHECK(takes(Contract::FV, 5, make_date(2029, 8, 31)));
  CHECK(takes(Contract::FV, 5, make_date(2030, 6, 30)));
  CHECK_FALSE(takes(Contract::FV, 7, make_date(2030, 6, 30)));
  // TY: 6y6m to 10y; old bonds are not notes.
  CHECK_FALSE(takes(Contract::TY, 7, make_date(2031, 11, 30)));
  CHECK(takes(Contract::TY, 7, make_date(2031, 12, 31)));
  CHECK(takes(Contract::TY, 10, make_date(2035, 5, 15)));
  CHECK_FALSE(takes(Contract::TY, 30, make_date(2033, 5, 15)));
  // UXY: original ten-year notes with 9y5m to 10y left.
  CHECK(takes(Contract::UXY, 10, make_date(2034, 11, 15)));
  CHECK_FALSE(takes(Contract::UXY, 10, make_date(2034, 8, 15)));
  CHECK_FALSE(takes(Contract::UXY, 20, make_date(2035, 2, 15)));
  // US: 15 to 25 years; UB: 25 and more.
  CHECK_FALSE(takes(Contract::US, 30, make_date(2040, 5, 15)));
  CHECK(takes(Contract::US, 20, make_date(2040, 8, 15)));
  CHECK(takes(Contract::US, 30, make_date(2050, 5, 15)));
  CHECK_FALSE(takes(Contract::US, 30, make_date(2050, 8, 15)));
  CHECK_FALSE(takes(Contract::UB, 30, make_date(2050, 5, 15)));
  CHECK(takes(Contract::UB, 30, make_date(2050, 8, 15)));
}

TEST_CASE("a basket keeps the order of its bonds and says which they are", "[instruments]") {
  const std::array<Bond, 4> bonds{bond_of_term({4'250}, 10, make_date(2034, 11, 15)),
                                  bond_of_term({4'000}, 7, make_date(2031, 11, 30)),
                                  bond_of_term({4'125}, 7, make_date(2032, 3, 31)),
                                  bond_of_term({4'500}, 30, make_date(2055, 2, 15))};
  const Basket found = basket(spec(Contract::TY), {2025, 6}, bonds);
  REQUIRE(found.index == std::vector<std::size_t>{0, 2});
  CHECK(found.deliverables[1].bond == bonds[2]);
  // 4-1/8 of March 2032 in June 2025, 6 years and 9 months, by the formula in a spreadsheet: 0.897099.
  CHECK(found.deliverables[1].factor.v == 8'971);
}

TEST_CASE("delivery and last trading fall on the exchange's days", "[instruments]") {
  const Calendar calendar = government_bond_calendar(make_date(2015, 1, 1), make_date(2025, 12, 31));
  // CME advisory Chadv15-056: the last delivery day of TUH5 and FVH5 is Friday 3 April 2015.
  CHECK(last_delivery(calendar, spec(Contract::TU), {2015, 3}) == make_date(2015, 4, 3));
  CHECK(last_delivery(calendar, spec(Contract::FV), {2015, 3}) == make_date(2015, 4, 3));
  CHECK(last_delivery(calendar, spec(Contract::TY), {2015, 3}) == make_date(2015, 3, 31));
  CHECK(last_trading(calendar, spec(Contract::TU), {2015, 3}) == make_date(2015, 3, 31));
  // June 2025: last business day Monday 30; seven business days before it, Juneteenth left out: Wednesday 18.
  CHECK(last_trading(calendar, spec(Contract::TY), {2025, 6}) == make_date(2025, 6, 18));
  CHECK(last_delivery(calendar, spec(Contract::UB), {2025, 6}) == make_date(2025, 6, 30));
  CHECK(first_delivery(calendar, {2025, 6}) == make_date(2025, 6, 2));
}

TEST_CASE("the first intention day is two business days before the month's first, and a month has the exchange's letter", "[instruments]") {
  const Calendar calendar = government_bond_calendar(make_date(2015, 1, 1), make_date(2025, 12, 31));
  // March 2025 begins on a Saturday: first delivery Monday 3, first intention Thursday 27 February.
  CHECK(first_intention(calendar, {2025, 3}) == make_date(2025, 2, 27));
  // June 2025 begins on a Sunday: first delivery Monday 2, first intention Thursday 29 May.
  CHECK(first_intention(calendar, {2025, 6}) == make_date(2025, 5, 29));
  CHECK(code_of({2025, 3}) == "H5");
  CHECK(code_of({2025, 6}) == "M5");
  CHECK(code_of({2019, 9}) == "U9");
  CHECK(code_of({2030, 12}) == "Z0");
}

TEST_CASE("an invoice is futures price times factor plus accrued interest, to the cent", "[instruments]") {
  // 112-00 x 0.8924 x $1,000 = $99,948.80; $2,000 x 46/184 = $500.00.
  const Invoice plain = invoice(spec(Contract::TY), Price{112 * 64}, kDeliverable, make_date(2025, 6, 30));
  CHECK(plain.principal == Money{999'488'000});
  CHECK(plain.accrued == Money{5'000'000});
  CHECK(plain.total() == Money{1'004'488'000});
  // 111-24+ (111.765625) x 0.8924 x $1,000 = $99,739.64375 -> .64; $2,000 x 21/184 = $228.26087 -> .26.
  const Invoice rounded = invoice(spec(Contract::TY), Price{111 * 64 + 49}, kDeliverable, make_date(2025, 6, 5));
  CHECK(rounded.principal == Money{997'396'400});
  CHECK(rounded.accrued == Money{2'282'600});
  // Hull, section 6.2: 90-00 x 1.3800 is $124,200 a contract before accrued interest.
  const Deliverable old_bond{kNote, {13'800}};
  CHECK(invoice(spec(Contract::US), Price{90 * 32}, old_bond, make_date(2025, 6, 30)).principal ==
        haven::base::dollars(124'200));
  // A TU contract delivers $200,000.
  CHECK(invoice(spec(Contract::TU), Price{100 * 256}, {kNote, {10'000}}, make_date(2025, 5, 15)).principal ==
        haven::base::dollars(200'000));
}

TEST_CASE("forward price, carry, basis and implied repo agree with the example worked in fractions", "[instruments]") {
  CHECK(forward_clean_points(kNote, 100.0, example()) == Approx(100.11674229588705).margin(1e-11));
  CHECK(carry_points(kNote, 100.0, example()) == Approx(-0.11674229588704726).margin(1e-11));
  CHECK(gross_basis_points(100.0, kFutures, kDeliverable.factor) == Approx(0.0512).margin(1e-12));
  CHECK(net_basis_points(kDeliverable, 100.0, kFutures, example()) == Approx(0.16794229588704726).margin(1e-11));
  CHECK(theoretical_futures_points(kDeliverable, 100.0, example()) == Approx(112.18819172555698).margin(1e-11));
  CHECK(implied_repo_bp(kDeliverable, 100.0, kFutures, example().settle, example().delivery) ==
        Approx(371.6316508935332).margin(1e-8));
}

TEST_CASE("financing at the implied repo leaves no net basis", "[instruments]") {
  Financing at_implied = example();
  for (const double futures : {109.0, 112.0, 115.5}) {
    at_implied.rate_bp = implied_repo_bp(kDeliverable, 100.0, futures, at_implied.settle, at_implied.delivery);
    CHECK(net_basis_points(kDeliverable, 100.0, futures, at_implied) == Approx(0.0).margin(1e-11));
    CHECK(theoretical_futures_points(kDeliverable, 100.0, at_implied) == Approx(futures).margin(1e-11));
  }
}

TEST_CASE("net basis is gross basis less carry", "[instruments]") {
  CHECK(net_basis_points(kDeliverable, 100.0, kFutures, example()) ==
        Approx(gross_basis_points(100.0, kFutures, kDeliverable.factor) - carry_points(kNote, 100.0, example()))
            .margin(1e-12));
}

TEST_CASE("a coupon due on the settlement day is the seller's, one due on the delivery day the short's", "[instruments]") {
  // Both days are coupon dates, no accrued interest: forward = 100 (1 + r d/360) - 2, with d = 184.
  const Financing half_year{make_date(2025, 5, 15), make_date(2025, 11, 15), 360.0};
  CHECK(forward_clean_points(kNote, 100.0, half_year) == Approx(100.0 + 0.036 * 184.0 / 360.0 * 100.0 - 2.0).epsilon(1e-14));
}

TEST_CASE("the cheapest of Hull's three bonds by gross basis is the second", "[instruments]") {
  // Hull, section 6.2 (from memory): quoted 99.50, 143.50, 119.75; factors 1.0382, 1.5188, 1.2615; futures 93-08.
  CHECK(gross_basis_points(99.50, 93.25, {10'382}) == Approx(2.69).margin(0.005));
  CHECK(gross_basis_points(143.50, 93.25, {15'188}) == Approx(1.87).margin(0.005));
  CHECK(gross_basis_points(119.75, 93.25, {12'615}) == Approx(2.12).margin(0.005));
}

TEST_CASE("below 6% the shortest note is cheapest, above it the longest", "[instruments]") {
  const std::array<Bond, 3> notes{bond_of_term({4'250}, 7, make_date(2031, 12, 31)),
                                  bond_of_term({4'250}, 10, make_date(2033, 5, 15)),
                                  bond_of_term({4'250}, 10, make_date(2035, 2, 15))};
  const Basket found = basket(spec(Contract::TY), {2025, 6}, notes);
  REQUIRE(found.deliverables.size() == 3);
  const Date settle = make_date(2025, 4, 3), delivery = make_date(2025, 6, 30);
  for (const double yield : {430.0, 800.0}) {
    std::array<double, 3> clean{};
    for (std::size_t i = 0; i < 3; ++i) clean[i] = clean_points(remaining_flows(notes[i], settle), yield);
    const double futures = theoretical_futures_points(found.deliverables[0], clean[0], {settle, delivery, 440.0});
    const CheapestToDeliver cheapest = cheapest_to_deliver(found.deliverables, clean, futures, settle, delivery);
    CHECK(cheapest.index == (yield < 600.0 ? 0u : 2u));
    if (yield < 600.0) CHECK(cheapest.implied_repo_bp == Approx(440.0).margin(1e-8));
  }
}

TEST_CASE("of equally cheap deliverables the first is chosen", "[instruments]") {
  const std::array<Deliverable, 2> twins{kDeliverable, kDeliverable};
  const std::array<double, 2> clean{100.0, 100.0};
  CHECK(cheapest_to_deliver(twins, clean, kFutures, example().settle, example().delivery).index == 0);
}

TEST_CASE("a futures contract's DV01 is its deliverable's forward DV01 over the factor", "[instruments]") {
  const PriceRisk forward = price_risk(remaining_flows(kNote, example().delivery), 400.0);
  const double up = clean_points(remaining_flows(kNote, example().delivery), 400.5);
  const double down = clean_points(remaining_flows(kNote, example().delivery), 399.5);
  CHECK(futures_dv01_dollars(spec(Contract::TY), forward, kDeliverable.factor) ==
        Approx((down - up) * 1'000.0 / 0.8924).epsilon(1e-7));
  CHECK(futures_dv01_dollars(spec(Contract::TU), forward, kDeliverable.factor) ==
        Approx(2.0 * futures_dv01_dollars(spec(Contract::FV), forward, kDeliverable.factor)).epsilon(1e-14));
}
