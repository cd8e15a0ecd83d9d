#include <catch2/catch.hpp>

#include "engine/base/archive.h"
#include "engine/base/check.h"
#include "engine/instruments/calendar.h"
#include "engine/instruments/dates.h"

using haven::base::CheckFailure;
using haven::base::Date;
using haven::base::make_date;
using namespace haven::instruments;

namespace {
const Calendar& market() {
  static const Calendar calendar = government_bond_calendar(make_date(2019, 1, 1), make_date(2026, 12, 31));
  return calendar;
}
}  // namespace

TEST_CASE("the bond market closes on the holidays of the replayed years and on no other weekday", "[instruments]") {
  // SIFMA's full closes: https://www.sifma.org/resources/general/holiday-schedule
  const std::vector<Date> closed_2025 = {
      make_date(2025, 1, 1),  make_date(2025, 1, 20), make_date(2025, 2, 17),  make_date(2025, 4, 18),
      make_date(2025, 5, 26), make_date(2025, 6, 19), make_date(2025, 7, 4),   make_date(2025, 9, 1),
      make_date(2025, 10, 13), make_date(2025, 11, 11), make_date(2025, 11, 27), make_date(2025, 12, 25)};
  std::vector<Date> found;
  for (Date d = make_date(2025, 1, 1); d <= make_date(2025, 12, 31); ++d.v) {
    const bool weekend = haven::base::weekday(d) >= 5;
    if (weekend) REQUIRE_FALSE(market().is_business_day(d));
    if (!weekend && !market().is_business_day(d)) found.push_back(d);
  }
  CHECK(found == closed_2025);
  CHECK(market().is_business_day(make_date(2025, 1, 9)));          // early close only (SIFMA, 30 December 2024)
  CHECK_FALSE(market().is_business_day(make_date(2020, 4, 10)));   // Good Friday 2020
  CHECK_FALSE(market().is_business_day(make_date(2019, 10, 14)));  // Columbus Day
  CHECK(market().is_business_day(make_date(2021, 12, 31)));        // New Year's Day 2022 is a Saturday: not moved
}

TEST_CASE("a trade before Good Friday settles on Monday", "[instruments]") {
  CHECK(market().next_business_day(make_date(2025, 4, 17)) == make_date(2025, 4, 21));
  CHECK(market().previous_business_day(make_date(2025, 4, 21)) == make_date(2025, 4, 17));
  CHECK(market().add_business_days(make_date(2025, 4, 11), 1) == make_date(2025, 4, 14));
  CHECK(market().add_business_days(make_date(2025, 4, 11), 5) == make_date(2025, 4, 21));
  CHECK(market().add_business_days(make_date(2025, 4, 21), -5) == make_date(2025, 4, 11));
  CHECK(market().add_business_days(make_date(2025, 4, 18), 1) == make_date(2025, 4, 21));
  CHECK(market().add_business_days(make_date(2025, 4, 18), 0) == make_date(2025, 4, 21));
  CHECK(market().add_business_days(make_date(2025, 4, 18), -1) == make_date(2025, 4, 17));
  CHECK(market().on_or_after(make_date(2025, 4, 18)) == make_date(2025, 4, 21));
  CHECK(market().on_or_before(make_date(2025, 4, 20)) == make_date(2025, 4, 17));
  CHECK(market().on_or_before(make_date(2025, 4, 17)) == make_date(2025, 4, 17));
}

TEST_CASE("April 2025 has 21 business days and stepping through them agrees with counting", "[instruments]") {
  CHECK(market().count_business_days(make_date(2025, 4, 1), make_date(2025, 5, 1)) == 21);
  CHECK(market().count_business_days(make_date(2025, 5, 1), make_date(2025, 4, 1)) == 0);
  Date d = make_date(2025, 1, 2);
  for (int n = 1; n <= 240; ++n) {
    d = market().next_business_day(d);
    REQUIRE(market().add_business_days(make_date(2025, 1, 2), n) == d);
    REQUIRE(market().count_business_days(make_date(2025, 1, 2), d) == n);
  }
}

TEST_CASE("a calendar answers only inside its range", "[instruments]") {
  CHECK_FALSE(market().covers(make_date(2018, 12, 31)));
  CHECK(market().covers(make_date(2026, 12, 31)));
  CHECK_THROWS_AS(market().is_business_day(make_date(2027, 1, 4)), CheckFailure);
  CHECK_THROWS_AS(market().next_business_day(make_date(2026, 12, 31)), CheckFailure);
  CHECK_THROWS_AS(market().previous_business_day(make_date(2019, 1, 2)), CheckFailure);
  CHECK_THROWS_AS(Calendar(Date{0}, Date{9}, {Date{3}, Date{3}}), CheckFailure);
  CHECK_THROWS_AS(Calendar(Date{0}, Date{9}, {Date{3}, Date{10}}), CheckFailure);
}

TEST_CASE("a calendar that is saved and loaded is the same calendar", "[instruments]") {
  Calendar saved = government_bond_calendar(make_date(2025, 4, 1), make_date(2025, 4, 30));
  haven::base::Writer writer;
  saved.fields(writer);
  Calendar loaded;
  haven::base::Reader reader(writer.bytes());
  loaded.fields(reader);
  CHECK(loaded == saved);
  CHECK(reader.finished());
}

TEST_CASE("month arithmetic clips to the month's end and inverts itself", "[instruments]") {
  CHECK(add_months(make_date(2024, 8, 31), 6) == make_date(2025, 2, 28));
  CHECK(add_months(make_date(2023, 8, 31), 6) == make_date(2024, 2, 29));
  CHECK(add_months(make_date(2025, 1, 15), -13) == make_date(2023, 12, 15));
  CHECK(month_end(make_date(2025, 2, 10), -12) == make_date(2024, 2, 29));
  CHECK(whole_months(make_date(2025, 3, 1), make_date(2035, 2, 15)) == 119);
  CHECK(whole_months(make_date(2025, 3, 16), make_date(2035, 3, 15)) == 119);
  CHECK(whole_months(make_date(2025, 3, 15), make_date(2035, 3, 15)) == 120);
  for (Date d = make_date(1899, 1, 1); d < make_date(2110, 1, 1); d.v += 1) {
    const YearMonthDay c = year_month_day(d);
    REQUIRE(make_date(c.year, c.month, c.day) == d);
    REQUIRE(is_month_end(d) == (year_month_day(Date{d.v + 1}).day == 1));
  }
}
