// One metric under two configs, seed by seed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/cli/paired_runs.h"

namespace haven::cli {

/// Over the seeds that have the metric under both configs. Same seed, same random numbers: what the two share cancels.
struct PairedDifference {
  std::size_t seeds = 0;
  double base_mean = 0, base_median = 0, other_mean = 0, other_median = 0;
  double mean = 0, median = 0;      ///< of other less base
  std::optional<double> se;         ///< of `mean`; none with one seed

  /// Whether the mean difference is more than two standard errors from zero. Unknown with one seed.
  std::optional<bool> beyond_two_se() const;
};

/// seeds = 0 when no seed has the metric under both.
PairedDifference paired_difference(const std::string& metric, const KeptRuns& base, const KeptRuns& other);

}  // namespace haven::cli
