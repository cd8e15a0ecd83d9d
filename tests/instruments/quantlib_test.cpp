// QuantLib as an independent oracle of engine/instruments/bond.h.
#include <catch2/catch.hpp>

#include <ql/instruments/bonds/fixedratebond.hpp>
#include <ql/pricingengines/bond/bondfunctions.hpp>
#include <ql/settings.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actualactual.hpp>
#include <ql/time/schedule.hpp>

#include "engine/instruments/bond.h"

namespace ql = QuantLib;
using haven::base::make_date;
using namespace haven::instruments;

namespace {

ql::Date oracle_date(haven::base::Date d) { return ql::Date(d.v + 36'526); }

struct Oracle {
  ql::Schedule schedule;
  ql::ActualActual days;
  ql::FixedRateBond bond;

  explicit Oracle(const Bond& b)
      : schedule(oracle_date(b.dated), oracle_date(b.maturity), ql::Period(ql::Semiannual), ql::NullCalendar(),
                 ql::Unadjusted, ql::Unadjusted, ql::DateGeneration::Backward,
                 oracle_date(b.maturity) == ql::Date::endOfMonth(oracle_date(b.maturity))),
        days(ql::ActualActual::ISMA, schedule),
        bond(0, 100.0, schedule, {b.coupon.v / 100'000.0}, days, ql::Unadjusted) {}
};

std::vector<Bond> bonds() {
  std::vector<Bond> list;
  for (const int coupon : {125, 2375, 4250, 8750})
    for (const int years : {2, 3, 5, 7, 10, 20, 30}) {
      list.push_back(bond_of_term({coupon}, years, make_date(2025 + years, 2, 15)));
      list.push_back(bond_of_term({coupon}, years, make_date(2025 + years, 2, 28)));
      list.push_back(bond_of_term({coupon}, years, make_date(2024 + years, 11, 30)));
    }
  return list;
}

}  // namespace

TEST_CASE("coupon dates are QuantLib's", "[instruments][oracle]") {
  for (const Bond& bond : bonds()) {
    const std::vector<ql::Date> expected = Oracle(bond).schedule.dates();
    const std::vector<haven::base::Date> dates = coupon_dates(bond);
    REQUIRE(expected.size() == dates.size() + 1);
    CHECK(expected.front() == oracle_date(bond.dated));
    for (std::size_t i = 0; i < dates.size(); ++i) CHECK(expected[i + 1] == oracle_date(dates[i]));
  }
}

TEST_CASE("accrued interest, price, duration and convexity are QuantLib's", "[instruments][oracle]") {
  for (const Bond& bond : bonds()) {
    Oracle oracle(bond);
    for (const auto settle : {make_date(2025, 4, 3), make_date(2025, 8, 15), make_date(2026, 2, 27)}) {
      ql::Settings::instance().evaluationDate() = oracle_date(settle);
      const RemainingFlows flows = remaining_flows(bond, settle);
      if (flows.coupons == 1) continue;
      INFO(bond.coupon.v << " of " << haven::base::to_string(bond.maturity) << " on " << haven::base::to_string(settle));
      CHECK(flows.accrued_points ==
            Approx(ql::BondFunctions::accruedAmount(oracle.bond, oracle_date(settle))).margin(1e-12));
      for (const double y : {-20.0, 60.0, 430.0, 950.0}) {
        const ql::InterestRate rate(y * 1e-4, oracle.days, ql::Compounded, ql::Semiannual);
        const PriceRisk risk = price_risk(flows, y);
        CHECK(clean_points(flows, y) ==
              Approx(ql::BondFunctions::cleanPrice(oracle.bond, rate, oracle_date(settle))).epsilon(1e-12));
        CHECK(risk.modified_duration_years() ==
              Approx(ql::BondFunctions::duration(oracle.bond, rate, ql::Duration::Modified, oracle_date(settle)))
                  .epsilon(1e-11));
        CHECK(risk.convexity_years2() ==
              Approx(ql::BondFunctions::convexity(oracle.bond, rate, oracle_date(settle))).epsilon(1e-11));
      }
    }
  }
}

TEST_CASE("yield from price is QuantLib's", "[instruments][oracle]") {
  for (const Bond& bond : bonds()) {
    if (bond.coupon.v != 4250) continue;
    Oracle oracle(bond);
    const auto settle = make_date(2025, 4, 3);
    ql::Settings::instance().evaluationDate() = oracle_date(settle);
    for (const double clean : {88.5, 99.984375, 107.25}) {
      const double expected =
          1e4 * ql::BondFunctions::yield(oracle.bond, clean, oracle.days, ql::Compounded, ql::Semiannual,
                                         oracle_date(settle), 1e-13, 200);
      CHECK(yield_bp(remaining_flows(bond, settle), clean) == Approx(expected).margin(1e-6));
    }
  }
}

TEST_CASE("in the last coupon period the price is QuantLib's under simple interest", "[instruments][oracle]") {
  const Bond note = bond_of_term({4125}, 2, make_date(2025, 8, 31));
  Oracle oracle(note);
  const auto settle = make_date(2025, 4, 3);
  ql::Settings::instance().evaluationDate() = oracle_date(settle);
  const ql::InterestRate rate(0.0415, oracle.days, ql::Simple, ql::Annual);
  CHECK(clean_points(remaining_flows(note, settle), 415.0) ==
        Approx(ql::BondFunctions::cleanPrice(oracle.bond, rate, oracle_date(settle))).epsilon(1e-12));
}
