// A sweep's points: the grid of its axes over one run config.
#pragma once

#include <string>
#include <vector>

#include "configs/schema/sweep.pb.h"
#include "tools/assemble/assemble.h"
#include "tools/results/rows.h"

namespace haven::sweep {

/// One point: its coordinates and the settings that make its config.
struct Point {
  std::int64_t index = 0;
  std::vector<results::AxisValue> axes;
  std::vector<std::string> sets;
};

struct Plan {
  std::string name, title, run;
  int seeds = 1;
  std::vector<Point> points;
  std::string effective_text;
  base::Digest digest;
};

/// Expands the axes, first axis slowest, and tries every point's settings against the run's schema.
/// Throws assemble::ConfigError: an axis without values, a path that names nothing, more than a million points.
Plan expand(const assemble::Located<config::Sweep>& sweep, const assemble::LoadOptions& options);

}  // namespace haven::sweep
