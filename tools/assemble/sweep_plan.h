// A sweep's points: the grid of its axes over one run config.
#pragma once

#include <string>
#include <vector>

#include "tools/assemble/assemble.h"
#include "tools/results/rows.h"

namespace haven::assemble {

/// One point of a sweep: its coordinates and the settings that make its config.
struct SweepPoint {
  std::int64_t index = 0;
  std::vector<results::AxisValue> axes;
  std::vector<std::string> sets;
};

struct SweepPlan {
  std::string name, title, run;
  int seeds = 1;
  std::vector<SweepPoint> points;
  std::string effective_text;
  base::Digest digest;
};

/// Loads a sweep config and expands the axes, first axis slowest, and tries every point's settings against the run's schema.
/// Throws ConfigError: an axis without values, a path that names nothing, more than a million points.
SweepPlan sweep_plan(const std::string& sweep, const LoadOptions& options);

}  // namespace haven::assemble
