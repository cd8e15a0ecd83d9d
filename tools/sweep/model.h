// What a sweep sweeps over: a function of a point and a seed. The market is one; anything else that fits will do.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/metrics/run_result.h"
#include "tools/results/rows.h"

namespace haven::sweep {

/// A run that ended. error: empty when it ended well.
struct RunEnd {
  metrics::RunResult result;
  std::string error;
  bool broken_invariant = false;  ///< one of haven's own checks failed
  results::Timing timing;
};

/// One run at a prepared point. Called on several threads at once.
using Run = std::function<RunEnd(std::uint64_t seed)>;

/// Prepares a point; what it throws becomes the error of all the point's runs. Called by one thread at a time.
using Model = std::function<Run(const results::PointRow& point)>;

}  // namespace haven::sweep
