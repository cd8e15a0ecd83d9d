// Whether thresholds move the way a looser rule or lower leverage should move them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/assemble/sweep_plan.h"
#include "tools/sweep/frontier.h"

namespace haven::sweep {

/// Why one slice's run should stand at least as much as another's; "" when nothing says so.
using Milder = std::function<std::string(const Threshold& mild, const Threshold& other)>;

/// Two thresholds of which the first should not be the lower one.
struct OrderedPair {
  std::size_t mild = 0, other = 0;      ///< indices of thresholds
  std::string why;
  std::optional<double> difference;     ///< of the estimates, where both were found
  double beyond_error = 0;              ///< by how much the first interval lies below the second; 0: it does not
  bool decided = false;                 ///< false: an error is larger than the plan allows, and the intervals do not lie apart
};

/// Every pair that `milder` orders. A search without a crossing bounds its threshold by the end of the range alone. An interval
/// wider than `most_error` excuses nothing: unless it lies apart from the other, the pair is not decided.
/// Nothing when the metric falls along the axis: a low threshold is then no near one.
std::vector<OrderedPair> ordered_pairs(const std::vector<Threshold>& thresholds, const Milder& milder, double most_error);

/// The order of a market plan's slices: they differ in one axis, which is a regime looser for every institution, or a
/// population's leverage, lower at the same positions.
Milder milder_of(const assemble::SweepPlan& plan);

/// Whether positions are the same in both slices by construction: frozen under a rule, or of a lower leverage at fixed position.
bool positions_frozen(const assemble::SweepPlan& plan, const Threshold& slice);

}  // namespace haven::sweep
