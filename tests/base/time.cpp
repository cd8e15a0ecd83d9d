#include "engine/base/time.h"

#include <catch2/catch.hpp>
#include <initializer_list>

using namespace haven::base;

TEST_CASE("dates count days from 2000-01-01", "[time]") {
  CHECK(make_date(2000, 1, 1).v == 0);
  CHECK(make_date(1999, 12, 31).v == -1);
  CHECK(make_date(1970, 1, 1).v == -10957);
  CHECK(make_date(2000, 2, 29).v == 59);
  CHECK(make_date(2000, 3, 1).v == 60);
  CHECK(make_date(2025, 4, 9).v == 9230);
}

TEST_CASE("every day from 1900 to 2200 goes to text and back, one after another", "[time]") {
  const Date first = make_date(1900, 1, 1), last = make_date(2200, 12, 31);
  int leap_days = 0;
  bool all = true;
  for (Date d = first; d <= last; ++d.v) {
    Date back;
    const std::string text = to_string(d);
    all = all && parse_date(text, back) && back == d;
    leap_days += text.ends_with("-02-29");
  }
  CHECK(all);
  CHECK(leap_days == 73);  // 301 years: 76 divisible by 4, less 1900, 2100, 2200
  CHECK(last.v - first.v + 1 == 301 * 365 + 73);
}

TEST_CASE("a day that does not exist does not parse", "[time]") {
  Date untouched{17};
  for (const char* text : {"2023-02-29", "1900-02-29", "2100-02-29", "2025-04-31", "2025-13-01", "2025-00-10", "2025-01-00", "2025-1-01",
                           "2025-01-1", "25-01-01", "2025/01/01", "2025-01-01 ", " 2025-01-1", "2025-01-+1", "", "yyyy-mm-dd", "1899-12-31"}) {
    INFO(text);
    CHECK_FALSE(parse_date(text, untouched));
  }
  CHECK(untouched.v == 17);
  CHECK(parse_date("2024-02-29", untouched));
  CHECK(parse_date("2000-02-29", untouched));
}

TEST_CASE("weekdays are the calendar's", "[time]") {
  CHECK(weekday(make_date(2000, 1, 1)) == 5);    // Saturday
  CHECK(weekday(make_date(2025, 4, 2)) == 2);    // Wednesday, the tariff announcement
  CHECK(weekday(make_date(2020, 3, 9)) == 0);    // Monday
  CHECK(weekday(make_date(1999, 12, 26)) == 6);  // a Sunday before the epoch
  CHECK(weekday(make_date(1987, 10, 19)) == 0);  // Black Monday
}

TEST_CASE("a moment is its date and its time of day, before 2000 too", "[time]") {
  for (const std::int64_t ns : std::initializer_list<std::int64_t>{0, 1, -1, kDay.ns, -kDay.ns, -kDay.ns - 1, 797'527'800'000'000'123}) {
    INFO(ns);
    const Time t{ns};
    CHECK(midnight(date_of(t)) + time_of_day(t) == t);
    CHECK(time_of_day(t).ns >= 0);
    CHECK(time_of_day(t) < kDay);
  }
}

TEST_CASE("a moment prints as New York date and clock", "[time]") {
  const Time t = midnight(make_date(2025, 4, 9)) + hours(13) + minutes(18) + seconds(7) + Duration{250'999'999};
  CHECK(to_string(t) == "2025-04-09 13:18:07.250");
}

TEST_CASE("the day of a daylight saving change has 24 hours like every other", "[time]") {
  CHECK(midnight(make_date(2025, 3, 10)) - midnight(make_date(2025, 3, 9)) == kDay);
}
