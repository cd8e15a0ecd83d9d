// Simulation time: nanoseconds of New York wall-clock time since 2000-01-01 00:00. No wall clock of the machine.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace haven::base {

/// A span of simulated time in nanoseconds.
struct Duration {
  std::int64_t ns = 0;
  constexpr auto operator<=>(const Duration&) const = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return {a.ns + b.ns}; }
  friend constexpr Duration operator*(Duration a, std::int64_t n) { return {a.ns * n}; }
};

constexpr Duration seconds(std::int64_t n) { return {n * 1'000'000'000}; }
constexpr Duration minutes(std::int64_t n) { return seconds(60 * n); }
constexpr Duration hours(std::int64_t n) { return seconds(3600 * n); }
constexpr Duration kDay = {86'400'000'000'000};

/// A moment: New York local time, nanoseconds since 2000-01-01 00:00. Daylight saving has no effect on it: every
/// calendar day has 24 hours, which is exact for a market whose clock is New York's.
struct Time {
  std::int64_t ns = 0;
  constexpr auto operator<=>(const Time&) const = default;
  friend constexpr Time operator+(Time t, Duration d) { return {t.ns + d.ns}; }
  friend constexpr Time operator-(Time t, Duration d) { return {t.ns - d.ns}; }
  friend constexpr Duration operator-(Time a, Time b) { return {a.ns - b.ns}; }
};

/// A calendar date as days since 2000-01-01 (a Saturday).
struct Date {
  std::int32_t v = 0;
  constexpr auto operator<=>(const Date&) const = default;
};

constexpr Time midnight(Date d) { return {static_cast<std::int64_t>(d.v) * kDay.ns}; }
/// The calendar day of a moment, before 2000 too: date_of(t) and time_of_day(t) always give t back.
constexpr Date date_of(Time t) { return {static_cast<std::int32_t>(t.ns / kDay.ns - (t.ns % kDay.ns < 0))}; }
constexpr Duration time_of_day(Time t) { return {t.ns % kDay.ns + (t.ns % kDay.ns < 0 ? kDay.ns : 0)}; }

/// Days since 2000-01-01 of a proleptic Gregorian date. Requires a valid date.
Date make_date(int year, int month, int day);
/// Parses "YYYY-MM-DD". Returns false on anything else, including a day that does not exist.
bool parse_date(const std::string& text, Date& out);
/// "YYYY-MM-DD".
std::string to_string(Date d);
/// "YYYY-MM-DD HH:MM:SS.mmm" of New York time.
std::string to_string(Time t);
/// 0 = Monday ... 6 = Sunday.
constexpr int weekday(Date d) { return static_cast<int>(((d.v % 7) + 7 + 5) % 7); }

}  // namespace haven::base
