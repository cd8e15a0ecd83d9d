// How many seeds a point gets: a pure function of its results in seed order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/results/rows.h"

namespace haven::plan {

/// More seeds until the standard error of the metric's mean is at most this.
struct Precision {
  std::string metric;
  double standard_error = 0;
};

/// No further seeds once the metric's mean is beyond the bound by so many standard errors.
struct Stop {
  std::string metric;
  std::optional<double> above, below;
  double standard_errors = 3;
};

/// Seeds come in batches 1..first, then `step` more at a time up to `most`.
struct SeedRule {
  int first = 1;
  int most = 1;
  int step = 1;
  std::optional<Precision> precision;
  std::vector<Stop> stops;

  /// False when every point gets 1..first whatever comes out.
  bool adaptive() const { return precision.has_value() || !stops.empty(); }
  /// Metrics that the rule looks at.
  std::vector<std::string> metrics() const;
};

/// Seeds 1..wanted belong to the point; `complete` when `outcomes` has them all and no more will be wanted.
struct Wanted {
  int seeds = 0;
  bool complete = false;
};

/// Looks at batch after batch as they would have come, so that it matters neither in which order seeds ended nor whether
/// the sweep was interrupted. A batch in which no seed succeeded is the last.
Wanted seeds_wanted(const SeedRule& rule, const results::Outcomes& outcomes);

}  // namespace haven::plan
