// From the runs of a sensitivity design to indices.
#pragma once

#include <string>
#include <vector>

#include "tools/plan/plan.h"
#include "tools/results/result_file.h"

namespace haven::sweep {

/// Indices of one metric.
struct Sensitivity {
  std::vector<results::SensitivityRow> rows;
  /// Trajectories or rows of the design: all of them, and those that no failed run spoils.
  std::int64_t blocks = 0, whole_blocks = 0;
};

/// f at a point is the metric's mean over the point's seeds. A trajectory or row in which a point has no value is left
/// out. Nothing comes back when fewer than two remain, or when f does not vary.
/// Morris: mu, mu_star, sigma of the elementary effects, per whole range of the axis. Saltelli: first (Saltelli and others 2010) and total
/// (Jansen 1999). low and high: 95% of a percentile bootstrap over trajectories or rows.
/// Requires a plan whose design is one of the two.
Sensitivity sensitivity(const plan::Plan& plan, const results::ResultFile& file, const std::string& metric);

/// The same from f at every point (NaN: none).
Sensitivity sensitivity_of(const plan::Plan& plan, const std::vector<double>& f, const std::string& metric);

}  // namespace haven::sweep
