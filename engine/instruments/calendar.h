// New York business days of the US government bond market.
#pragma once

#include <span>
#include <vector>

#include "engine/base/time.h"

namespace haven::instruments {

/// The business days of a range of dates.
/// Invariants: business_days() strictly ascending and inside [first(), last()]. Every question about a date, and every
/// answer, lies inside the range: anything else is a CheckFailure. The range is chosen at assembly, where a user's
/// date is tested with covers() first.
class Calendar {
 public:
  Calendar() = default;
  /// Requires business_days strictly ascending inside [first, last].
  Calendar(base::Date first, base::Date last, std::vector<base::Date> business_days);

  base::Date first() const { return first_; }
  base::Date last() const { return last_; }
  std::span<const base::Date> business_days() const { return business_days_; }
  bool covers(base::Date d) const { return first_ <= d && d <= last_; }

  bool is_business_day(base::Date d) const;
  /// First business day strictly after d.
  base::Date next_business_day(base::Date d) const;
  /// Last business day strictly before d.
  base::Date previous_business_day(base::Date d) const;
  /// d itself if it is a business day, else the next one: when a coupon that falls on a holiday is paid.
  base::Date on_or_after(base::Date d) const;
  /// d itself if it is a business day, else the previous one.
  base::Date on_or_before(base::Date d) const;
  /// The n-th business day after d (before, when n is negative). n = 0 is on_or_after(d). T+1 is n = 1.
  base::Date add_business_days(base::Date d, int n) const;
  /// Business days in [from, to). Zero when from >= to.
  int count_business_days(base::Date from, base::Date to) const;

  bool operator==(const Calendar&) const = default;
  template <class Archive>
  void fields(Archive& archive) { archive(first_, last_, business_days_); }

 private:
  base::Date first_{0}, last_{-1};
  std::vector<base::Date> business_days_;
};

/// Business days of the US government bond market from `first` to `last`, both included. Requires 1901 <= year < 2200
/// and first <= last. Not safe to call from two threads at once: QuantLib keeps global settings.
/// Source: QuantLib 1.29, UnitedStates(GovernmentBond), after SIFMA's recommendations. Good Friday is a holiday. On
/// the Good Fridays of an employment report (2010, 2012, 2015, 2021, 2023, 2026) SIFMA recommends trading until noon
/// and no settlement; QuantLib opens 2015's and closes the others. Early closes are not in the calendar.
Calendar government_bond_calendar(base::Date first, base::Date last);

}  // namespace haven::instruments
