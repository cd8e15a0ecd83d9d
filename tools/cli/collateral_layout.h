// Places of institutions for the page's picture of the collateral network.
#pragma once

#include <vector>

#include "engine/metrics/run_result.h"
#include "engine/world/spec.h"
#include "tools/results/rows.h"

namespace haven::cli {

/// From the edges of the last day that `rows` hold. Deterministic.
std::vector<results::CollateralNodeRow> collateral_layout(const std::vector<metrics::CollateralEdgeRow>& rows, const world::WorldSpec& world);

}  // namespace haven::cli
