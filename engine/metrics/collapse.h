// When a market has collapsed: signs on daily series, all of some and at least one of others on the same day.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/metrics/run_result.h"

namespace haven::metrics {

/// A daily series beyond a bound. Exactly one bound.
struct Sign {
  std::string name;
  std::string series;    ///< of the run, by its name
  bool of_calm = false;  ///< the value over its mean of calm days
  std::optional<double> at_least, below;
};

struct Collapse {
  std::vector<Sign> all, any;
};

/// The first day of `scored` on which every sign of `all` is there and, unless `any` is empty, one of `any`. A series that has no
/// value on a day, or no calm mean, shows no sign. `series` are those of a run, calm days calm.first..calm.last, both included.
struct DaySpan {
  base::Date first, last;
};
std::optional<base::Date> first_collapse(const Collapse& collapse, const std::vector<Series>& series, DaySpan calm, DaySpan scored);

}  // namespace haven::metrics
