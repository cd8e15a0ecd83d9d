// A leverage rule that is measured along a run and has no hand in it.
#pragma once

#include <string>
#include <vector>

namespace haven::metrics {

/// By institution, in the order of the run's; those that no such rule binds have a change of 0.
struct ShadowRule {
  std::string name;
  std::vector<double> capacity_change_bn;  ///< exposure that the firm could carry under it, less that under the rule in force
  std::vector<std::string> constraint;     ///< what sets the capacity under it
};

}  // namespace haven::metrics
