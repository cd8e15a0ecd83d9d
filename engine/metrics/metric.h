// Metrics: a statistic of a daily series over a window, compared with calm days where the name says so.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"

namespace haven::metrics {

/// Daily values of everything the probes watch, by name with unit ("yield_10y_bp"); one value a trading day, NaN where
/// the day has none.
using Daily = std::map<std::string, std::vector<double>>;

enum class Statistic {
  change,          ///< value at `to` minus value at `from`
  change_pct,      ///< the same in percent of the value at `from`
  mean,            ///< mean over from..to
  sum,
  maximum,
  minimum,
  mean_multiple,   ///< mean over from..to divided by the mean over calm days
  mean_change_pct, ///< the same as a percentage change
  rms_multiple,    ///< root mean square of daily changes over from..to, divided by that over calm days
  rms,             ///< root mean square of daily changes
  largest_change   ///< largest absolute daily change
};
/// Parses the config's word; nothing when it is none of them.
std::optional<Statistic> parse_statistic(const std::string& word);

struct Metric {
  std::string name;     ///< with unit: "yield_10y_change_bp"
  std::string series;   ///< key of Daily
  Statistic statistic = Statistic::change;
  base::Date from, to;  ///< trading days, both included
};

/// The metric's value; nothing when the series is missing, a needed day has no value, or calm is zero.
/// calm_from..calm_to are indices of calm days, both included.
std::optional<double> evaluate(const Metric& metric, const Daily& daily, const std::vector<base::Date>& days,
                               std::size_t calm_from, std::size_t calm_to);

}  // namespace haven::metrics
