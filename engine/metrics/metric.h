// Metrics: a statistic of a daily series over a window, compared with calm days where the name says so.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/metrics/line.h"

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
  largest_change,  ///< largest absolute daily change
  last,            ///< value at `to`: of series that run to date
  excess_kurtosis,          ///< of daily changes over from..to
  autocorrelation,          ///< of daily changes, at one day
  absolute_autocorrelation, ///< of absolute daily changes, at one day
  level_autocorrelation_5,  ///< of the level, at five days
  mean_ratio,               ///< mean over the mean of the other series
  change_correlation,       ///< of daily changes with those of the other series
  first_factor_share,       ///< share of the variance of daily changes of all series that their first principal component has
  log_correlation,          ///< of the logarithm with that of the other series; days on which either is not positive are left out
  log_slope,                ///< slope of that regression on the other series: an elasticity
  log_r2,                   ///< its R squared
  line_residual             ///< of the metric's line, in its standard deviations: mean over from..to
};
/// Parses the config's word; nothing when it is none of them.
std::optional<Statistic> parse_statistic(const std::string& word);
/// All the words, for who wrote another.
std::string statistic_words();
constexpr std::size_t kOneOrMore = std::numeric_limits<std::size_t>::max();
/// How many other series a statistic needs: a number, or kOneOrMore.
std::size_t other_series(Statistic statistic);

struct Metric {
  std::string name;     ///< with unit: "yield_10y_change_bp"
  std::string series;   ///< key of Daily
  Statistic statistic = Statistic::change;
  base::Date from, to;  ///< trading days, both included
  std::vector<std::string> against = {};  ///< other series, as many as other_series(statistic)
  std::optional<Line> line = {};          ///< for line_residual
};

/// The metric's value; nothing when the series is missing, a needed day has no value, or calm is zero.
/// calm_from..calm_to are indices of calm days, both included.
std::optional<double> evaluate(const Metric& metric, const Daily& daily, const std::vector<base::Date>& days,
                               std::size_t calm_from, std::size_t calm_to);

}  // namespace haven::metrics
