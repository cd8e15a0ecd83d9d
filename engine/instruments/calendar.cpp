#include "engine/instruments/calendar.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <utility>

#include <ql/time/calendars/unitedstates.hpp>

#include "engine/base/check.h"

namespace haven::instruments {
namespace {

// QuantLib counts days from 1899-12-31 = 1; 2000-01-01 is 36526.
constexpr int kQuantLibSerialOf2000 = 36'526;

std::string outside(base::Date d, base::Date first, base::Date last) {
  return base::to_string(d) + " needs a business day outside the calendar " + base::to_string(first) + " to " +
         base::to_string(last);
}

}  // namespace

Calendar::Calendar(base::Date first, base::Date last, std::vector<base::Date> business_days)
    : first_(first), last_(last), business_days_(std::move(business_days)) {
  HAVEN_CHECK(std::adjacent_find(business_days_.begin(), business_days_.end(), std::greater_equal<>()) ==
                  business_days_.end(),
              "business days out of order");
  HAVEN_CHECK(business_days_.empty() || (covers(business_days_.front()) && covers(business_days_.back())),
              "business days outside their range");
}

bool Calendar::is_business_day(base::Date d) const {
  HAVEN_CHECK(covers(d), outside(d, first_, last_));
  return std::binary_search(business_days_.begin(), business_days_.end(), d);
}

base::Date Calendar::next_business_day(base::Date d) const { return on_or_after({d.v + 1}); }

base::Date Calendar::previous_business_day(base::Date d) const { return on_or_before({d.v - 1}); }

base::Date Calendar::on_or_after(base::Date d) const {
  const auto at = std::lower_bound(business_days_.begin(), business_days_.end(), d);
  HAVEN_CHECK(covers(d) && at != business_days_.end(), outside(d, first_, last_));
  return *at;
}

base::Date Calendar::on_or_before(base::Date d) const {
  const auto at = std::upper_bound(business_days_.begin(), business_days_.end(), d);
  HAVEN_CHECK(covers(d) && at != business_days_.begin(), outside(d, first_, last_));
  return *std::prev(at);
}

base::Date Calendar::add_business_days(base::Date d, int n) const {
  HAVEN_CHECK(covers(d), outside(d, first_, last_));
  // Position of the first business day >= d; n steps forward from a holiday count that day as the first.
  const auto at = std::lower_bound(business_days_.begin(), business_days_.end(), d) - business_days_.begin();
  const bool open = at < std::ssize(business_days_) && business_days_[static_cast<std::size_t>(at)] == d;
  const std::ptrdiff_t target = at + n - (n > 0 && !open ? 1 : 0);
  HAVEN_CHECK(target >= 0 && target < std::ssize(business_days_), outside(d, first_, last_));
  return business_days_[static_cast<std::size_t>(target)];
}

int Calendar::count_business_days(base::Date from, base::Date to) const {
  if (from >= to) return 0;
  HAVEN_CHECK(covers(from) && covers({to.v - 1}), outside(from, first_, last_));
  const auto begin = std::lower_bound(business_days_.begin(), business_days_.end(), from);
  return static_cast<int>(std::lower_bound(begin, business_days_.end(), to) - begin);
}

Calendar government_bond_calendar(base::Date first, base::Date last) {
  HAVEN_CHECK(first <= last && first >= base::make_date(1901, 1, 1) && last < base::make_date(2200, 1, 1),
              base::to_string(first) + " to " + base::to_string(last));
  const QuantLib::UnitedStates market(QuantLib::UnitedStates::GovernmentBond);
  std::vector<base::Date> days;
  for (base::Date d = first; d <= last; ++d.v)
    if (market.isBusinessDay(QuantLib::Date(d.v + kQuantLibSerialOf2000))) days.push_back(d);
  return {first, last, std::move(days)};
}

}  // namespace haven::instruments
