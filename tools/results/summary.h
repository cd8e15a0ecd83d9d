// Statistics over the seeds of an ensemble.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "engine/metrics/run_result.h"

namespace haven::results {

/// Quantile of ascending values, linear between order statistics (R's type 7). Requires values, 0 <= p <= 1.
double quantile(const std::vector<double>& ascending, double p);

/// A metric over seeds. `se` is the standard error of the mean; absent when fewer than two seeds say anything about it.
/// With n = 0 the numbers mean nothing.
struct Summary {
  std::size_t n = 0;
  double mean = 0;
  std::optional<double> se;
  double p05 = 0, p50 = 0, p95 = 0;
};
Summary summarize(std::vector<double> values);

/// A series over seeds: five quantiles at each moment of the shared time grid. A moment counts when at least half of
/// the seeds that have the series have a value at exactly that time; `seeds[i]` says how many had.
struct Band {
  std::size_t runs = 0;
  std::vector<base::Time> times;
  std::vector<std::size_t> seeds;
  std::vector<double> p05, p25, p50, p75, p95;
};
Band band(const std::map<std::uint64_t, metrics::Series>& by_seed);

}  // namespace haven::results
