// The market as a model to sweep over.
#pragma once

#include "tools/assemble/sweep_plan.h"
#include "tools/sweep/model.h"

namespace haven::sweep {

/// Name of the metric that is 1 in a run whose market collapsed and 0 in others.
inline constexpr const char* kCollapseShare = "collapse_share";

/// Assembles a point, then simulates seed by seed. `plan` outlives the model.
Model market_model(const assemble::SweepPlan& plan);

}  // namespace haven::sweep
