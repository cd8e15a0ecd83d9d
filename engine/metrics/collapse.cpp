#include "engine/metrics/collapse.h"

#include <algorithm>
#include <map>

namespace haven::metrics {
namespace {

using DayValues = std::map<base::Date, double>;

/// The sign's values, divided by calm where it asks for that; empty when it cannot be told.
DayValues values_of(const Sign& sign, const std::vector<Series>& series, DaySpan calm) {
  const auto found = std::find_if(series.begin(), series.end(), [&](const Series& s) { return s.name == sign.series; });
  DayValues values;
  if (found == series.end()) return values;
  double sum = 0;
  int days = 0;
  for (std::size_t i = 0; i < found->times.size(); ++i) {
    const base::Date day = base::date_of(found->times[i]);
    values[day] = found->values[i];
    if (day < calm.first || calm.last < day) continue;
    sum += found->values[i];
    ++days;
  }
  if (!sign.of_calm) return values;
  if (days == 0 || sum == 0) return {};
  for (auto& [day, value] : values) value /= sum / days;
  return values;
}

bool shows(const Sign& sign, const DayValues& values, base::Date day) {
  const auto found = values.find(day);
  if (found == values.end()) return false;
  return sign.at_least ? found->second >= *sign.at_least : found->second < *sign.below;
}

}  // namespace

std::optional<base::Date> first_collapse(const Collapse& collapse, const std::vector<Series>& series, DaySpan calm, DaySpan scored) {
  std::vector<DayValues> all, any;
  for (const Sign& sign : collapse.all) all.push_back(values_of(sign, series, calm));
  for (const Sign& sign : collapse.any) any.push_back(values_of(sign, series, calm));
  for (base::Date day = scored.first; !(scored.last < day); ++day.v) {
    bool each = true, one = collapse.any.empty();
    for (std::size_t i = 0; i < all.size(); ++i) each = each && shows(collapse.all[i], all[i], day);
    for (std::size_t i = 0; i < any.size(); ++i) one = one || shows(collapse.any[i], any[i], day);
    if (each && one) return day;
  }
  return std::nullopt;
}

}  // namespace haven::metrics
