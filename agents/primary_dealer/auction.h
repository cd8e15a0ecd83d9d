// A primary dealer's bids at a Treasury auction. It must bid for its share of the offering (New York Fed, primary dealers' policy).
#pragma once

#include "agents/primary_dealer/primary_dealer.h"
#include "engine/world/auction.h"

namespace haven::agents::primary_dealer {

/// Bids in equal steps at what each further part is worth to it. Over a limit it bids for no more than it must.
void bid(const world::View& view, const Parameters& p, const Dealer& dealer, const world::AuctionNotice& notice, markets::AuctionBids& out);

}  // namespace haven::agents::primary_dealer
