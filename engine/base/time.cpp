#include "engine/base/time.h"

#include <array>
#include <cstdio>

namespace haven::base {
namespace {

struct Civil {
  int year, month, day;
};

// Days since 1970-01-01 and back, by the era arithmetic of the proleptic Gregorian calendar.
constexpr int kDaysTo2000 = 10957;

constexpr int days_from_civil(int y, int m, int d) {
  y -= m <= 2;
  const int era = (y >= 0 ? y : y - 399) / 400;
  const int year_of_era = y - era * 400;
  const int day_of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

constexpr Civil civil_from_days(int z) {
  z += 719468;
  const int era = (z >= 0 ? z : z - 146096) / 146097;
  const int day_of_era = z - era * 146097;
  const int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int mp = (5 * day_of_year + 2) / 153;
  const int month = mp < 10 ? mp + 3 : mp - 9;
  return {year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * mp + 2) / 5 + 1};
}

}  // namespace

Date make_date(int year, int month, int day) { return {days_from_civil(year, month, day) - kDaysTo2000}; }

bool parse_date(const std::string& text, Date& out) {
  int y = 0, m = 0, d = 0, used = 0;
  if (text.size() != 10 || std::sscanf(text.c_str(), "%4d-%2d-%2d%n", &y, &m, &d, &used) != 3 || used != 10) return false;
  if (m < 1 || m > 12 || d < 1 || d > 31 || y < 1900 || y > 2200) return false;
  const Date date = make_date(y, m, d);
  if (to_string(date) != text) return false;
  out = date;
  return true;
}

std::string to_string(Date d) {
  const Civil c = civil_from_days(d.v + kDaysTo2000);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", c.year, c.month, c.day);
  return text.data();
}

std::string to_string(Time t) {
  const std::int64_t ms = time_of_day(t).ns / 1'000'000;
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), " %02d:%02d:%02d.%03d", static_cast<int>(ms / 3'600'000),
                static_cast<int>(ms / 60'000 % 60), static_cast<int>(ms / 1000 % 60), static_cast<int>(ms % 1000));
  return to_string(date_of(t)) + text.data();
}

}  // namespace haven::base
