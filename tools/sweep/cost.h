// What a run of a plan costs here, by making one.
#pragma once

#include <cstdint>

#include "tools/plan/plan.h"
#include "tools/results/rows.h"
#include "tools/sweep/model.h"

namespace haven::sweep {

struct Cost {
  double prepare_seconds = 0;  ///< of a point
  double run_seconds = 0;      ///< of CPU, one run
  double bytes_a_run = 0;      ///< in the result file
};

/// Makes the first seed of the plan's first point. Writes and removes a file in the folder for temporary files. Throws
/// std::runtime_error when the run fails.
Cost measured_cost(const plan::Plan& plan, const Model& model, const results::Manifest& manifest);

}  // namespace haven::sweep
