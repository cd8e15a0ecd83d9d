// Month arithmetic on calendar dates: what coupon schedules and delivery windows are written in.
#pragma once

#include "engine/base/time.h"

namespace haven::instruments {

struct YearMonthDay {
  int year = 2000, month = 1, day = 1;  ///< month 1..12, day 1..31
};

YearMonthDay year_month_day(base::Date d);
/// 28 to 31. Requires month in 1..12.
int days_in_month(int year, int month);
bool is_month_end(base::Date d);

/// The same day of the month `months` later (earlier when negative); a day that the month does not have becomes its
/// last: 31 August + 6 months = 28 or 29 February.
base::Date add_months(base::Date d, int months);
/// The last day of the month that lies `months` after d's month.
base::Date month_end(base::Date d, int months);
/// Whole months from `from` to `to`, rounded down: 1 March 2025 to 15 February 2035 is 119. Requires from <= to.
int whole_months(base::Date from, base::Date to);

}  // namespace haven::instruments
