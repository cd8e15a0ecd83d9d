// Everything a sweep needs to know about a plan, without the model it is for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/plan/design.h"
#include "tools/plan/seed_rule.h"

namespace haven::plan {

/// What a run leaves in the result file.
struct Keep {
  bool metrics = true, series = false, flows = false, constraints = false, liquidity_needs = false, positions = false, repo = false, collateral = false, defaults = true;
  std::vector<std::string> only_metrics;  ///< sorted; empty: all
  std::vector<std::string> needed;        ///< kept whatever the rest says: the plan's own decisions look at them
};

/// A threshold to find along one more axis at every point of the design.
struct Frontier {
  Axis along;  ///< a range
  std::string metric;
  double level = 0.5, tolerance = 0, confidence = 0.95;
  int first_seeds = 4, most_seeds = 64;
};

struct Plan {
  std::string name, title;
  Design design;  ///< of a frontier: the axes beside `along`, perhaps none
  SeedRule seeds;
  Keep keep;
  std::optional<Frontier> frontier;

  bool keeps_metric(const std::string& metric) const;
};

/// The share of a machine or task, from 1 to `of`.
struct Shard {
  std::int64_t number = 1, of = 1;
};

/// A range of units: runs, in the order point by point and seed by seed; whole points when seeds are adaptive.
struct Share {
  std::int64_t begin = 0, end = 0;  ///< of units
  bool points = false;              ///< a unit is a point, not a run
  std::int64_t size() const { return end - begin; }
};
/// Contiguous, disjoint, together everything, and equal in size to within one unit.
Share share_of(const Plan& plan, const Shard& shard);

/// The seeds of one point that a share has: first..last, both included.
struct SeedSpan {
  std::int64_t point = 0;
  int first = 1, last = 0;
};
/// The spans of a share, one a point. Requires 0 <= i < spans.
std::int64_t spans(const Plan& plan, const Share& share);
SeedSpan span(const Plan& plan, const Share& share, std::int64_t i);

}  // namespace haven::plan
