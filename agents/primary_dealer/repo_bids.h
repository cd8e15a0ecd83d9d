// What a dealer bids for the cash that it needs this morning.
//
// Rule: for each dollar what its next way out would cost. Ways out, cheapest first as they come: the standing facility, its
// committed line, and an overnight overdraft that its clearing bank passes on at the central bank's price. The first two
// are used with reluctance, each dealer's own.
#pragma once

#include "agents/primary_dealer/primary_dealer.h"
#include "engine/world/repo_supply.h"

namespace haven::agents::primary_dealer {

/// Adds bids for `need_bn` to `demand`; `facility_bn` is what it may count on at the standing facility.
void repo_bids(const world::View& view, const Parameters& p, double need_bn, double facility_bn, world::Demand& demand);

}  // namespace haven::agents::primary_dealer
