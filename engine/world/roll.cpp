#include "engine/world/roll.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "engine/world/program.h"

namespace haven::world {

double minutes_to_roll(const View& view, std::size_t contract) {
  const WorldSpec& spec = view.spec();
  if (!spec.has_next(contract)) return 0;
  const Contract& c = spec.contracts[contract];
  const base::Date today = spec.days[static_cast<std::size_t>(view.day())];
  // The morning's plans send their first slice a quarter of an hour before the first look.
  constexpr double first = kFirstLookMinute, last = kLastLookMinute;
  const double minute = static_cast<double>(base::time_of_day(view.now()).ns) / 6e10;
  if (today < c.roll_days.front() || today > c.last_trading || minute < first - 15 || minute >= last || base::date_of(view.now()) != today) return 0;
  double left = last - std::max(minute, first);
  for (const base::Date day : c.roll_days) left += day > today ? last - first : 0;
  return left;
}

std::int64_t lots_to_roll(std::int64_t lots, double look_minutes, double minutes_left, std::int64_t multiple) {
  if (minutes_left <= 0) return 0;
  const double share = std::min(1.0, look_minutes / minutes_left);
  const auto now = static_cast<std::int64_t>(share * std::abs(static_cast<double>(lots)) / static_cast<double>(multiple) + 0.5) * multiple;
  return lots > 0 ? -now : now;
}

void roll_futures(const View& view, double look_minutes, Intents& out) {
  const WorldSpec& spec = view.spec();
  for (std::size_t c = 0; spec.rolls() && c < kContracts; ++c) {
    const double left = minutes_to_roll(view, c);
    const std::size_t book = calendar_book(c);
    if (left <= 0 || !view.is_open(book)) continue;
    const std::int64_t spreads = lots_to_roll(view.futures_lots(c), look_minutes, left, spec.books[book].lot_multiple);
    const MarketData& md = view.book(book);
    if (spreads == 0 || (spreads > 0 ? !md.has_ask : !md.has_bid)) continue;
    const double tolerance = spec.contracts[c].roll_tolerance_ticks;
    const double limit = spreads > 0 ? std::floor(md.mid_ticks + tolerance) : std::ceil(md.mid_ticks - tolerance);
    out.immediate(book, spreads > 0 ? base::Side::buy : base::Side::sell, {static_cast<std::int32_t>(limit)}, std::abs(spreads));
  }
}

}  // namespace haven::world
