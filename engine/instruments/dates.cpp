#include "engine/instruments/dates.h"

#include <algorithm>
#include <string>

#include "engine/base/check.h"

namespace haven::instruments {
namespace {

struct YearMonth {
  int year, month;
};

YearMonth shifted(const YearMonthDay& c, int months) {
  const int count = c.year * 12 + (c.month - 1) + months;
  return {count / 12, count % 12 + 1};
}

}  // namespace

YearMonthDay year_month_day(base::Date d) {
  int year = 2000 + static_cast<int>(static_cast<long long>(d.v) * 400 / 146'097);
  while (base::make_date(year, 1, 1) > d) --year;
  while (base::make_date(year + 1, 1, 1) <= d) ++year;
  int month = 12;
  while (base::make_date(year, month, 1) > d) --month;
  return {year, month, d.v - base::make_date(year, month, 1).v + 1};
}

int days_in_month(int year, int month) {
  HAVEN_CHECK(month >= 1 && month <= 12, "month " + std::to_string(month));
  const base::Date next = month == 12 ? base::make_date(year + 1, 1, 1) : base::make_date(year, month + 1, 1);
  return next.v - base::make_date(year, month, 1).v;
}

bool is_month_end(base::Date d) {
  const YearMonthDay c = year_month_day(d);
  return c.day == days_in_month(c.year, c.month);
}

base::Date add_months(base::Date d, int months) {
  const YearMonthDay c = year_month_day(d);
  const YearMonth m = shifted(c, months);
  return base::make_date(m.year, m.month, std::min(c.day, days_in_month(m.year, m.month)));
}

base::Date month_end(base::Date d, int months) {
  const YearMonth m = shifted(year_month_day(d), months);
  return base::make_date(m.year, m.month, days_in_month(m.year, m.month));
}

int whole_months(base::Date from, base::Date to) {
  HAVEN_CHECK(from <= to, base::to_string(from) + " is after " + base::to_string(to));
  const YearMonthDay a = year_month_day(from), b = year_month_day(to);
  const int months = (b.year - a.year) * 12 + (b.month - a.month);
  return add_months(from, months) > to ? months - 1 : months;
}

}  // namespace haven::instruments
