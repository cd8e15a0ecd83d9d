// Which bond is the cheapest to deliver into a contract, at the market.
#pragma once

#include <cstddef>
#include <optional>

#include "engine/world/world.h"

namespace haven::metrics {

struct Cheapest {
  std::size_t candidate = 0;   ///< in Contract::candidates
  double implied_repo_bp = 0;  ///< of buying it now and delivering it into the future at its mid
  double lead_bp = 0;          ///< over the next best; 0 when there is no other
};

/// Of today's settlement date. A candidate's yield is the market's curve at its maturity, its spread, and what the basket's market yield has
/// moved against the curve since the start. Nothing without candidates, without a futures price, or when less than five days are left.
std::optional<Cheapest> cheapest(const world::WorldSpec& spec, const world::World& w, std::size_t listing);

}  // namespace haven::metrics
