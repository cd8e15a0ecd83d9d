// What a result file lacks of its plan.
#pragma once

#include <cstdint>

#include "tools/plan/plan.h"
#include "tools/results/result_file.h"

namespace haven::sweep {

struct Holes {
  std::int64_t runs = 0;     ///< that the plan wants and the file has
  std::int64_t missing = 0;  ///< that the plan wants and the file lacks
  std::int64_t first_point = -1;
  int first_seed = 0;
};

/// Walks the plan point by point. A point with adaptive seeds that lacks its next batch counts that batch alone.
Holes find_holes(const plan::Plan& plan, const results::ResultFile& file);

}  // namespace haven::sweep
