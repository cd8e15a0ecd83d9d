// Where each institution stands on the report's page.
#pragma once

#include <cstdint>
#include <vector>

#include "networks/snapshot.h"

namespace haven::networks {

/// A place in the unit square.
struct Point {
  double x = 0.0;
  double y = 0.0;
  bool operator==(const Point&) const = default;
};

struct LayoutSpec {
  std::uint64_t seed = 1;
  std::uint32_t iterations = 200;
};

/// Places by node. Linked institutions attract, all that are near repel, everything is drawn a little to the middle, and
/// the picture is scaled to fill the unit square on its longer side. The same snapshot and seed give the same bits; only
/// square roots are taken. Work: iterations x (edges + nodes x neighbours in the grid).
/// Source: Fruchterman and Reingold (1991), "Graph drawing by force-directed placement", the grid variant.
std::vector<Point> layout(const Snapshot& snapshot, LayoutSpec spec = {});

}  // namespace haven::networks
