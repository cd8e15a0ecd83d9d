// The market as a model to sweep over.
#pragma once

#include "tools/assemble/sweep_plan.h"
#include "tools/sweep/model.h"

namespace haven::sweep {

using assemble::kCollapseShare;

/// Assembles a point, then simulates seed by seed. `plan` outlives the model.
Model market_model(const assemble::SweepPlan& plan);

}  // namespace haven::sweep
