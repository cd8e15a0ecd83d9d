// The collateral network of a moment as rows: who pledged what to whom, whose it is, and who they are.
#pragma once

#include <vector>

#include "engine/metrics/run_result.h"
#include "engine/world/world.h"

namespace haven::metrics {

enum class BySecurity : std::uint8_t { together, apart };

/// One row a giver, receiver, segment, owner and depth (and security), in the order of institutions; together, `security` is "all". A
/// contract's loan is shared among its lots by face; rate and haircut are averages by face. Days are w.day's.
std::vector<CollateralEdgeRow> collateral_edges(const world::WorldSpec& spec, const world::World& w, BySecurity how = BySecurity::together);

/// Those who are on an edge, in the order of institutions, with their marks of now.
std::vector<InstitutionRow> institutions_on(const std::vector<CollateralEdgeRow>& edges, const world::WorldSpec& spec, const world::World& w);

}  // namespace haven::metrics
