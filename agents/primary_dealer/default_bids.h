// A primary dealer's bids where a clearing house auctions what a defaulter left (docs/decisions/0031).
#pragma once

#include "agents/primary_dealer/primary_dealer.h"
#include "engine/markets/piece_auction.h"

namespace haven::agents::primary_dealer {

/// What a house offers: `lots` (signed as the position is: long, or paying fixed, positive) in pieces of `piece_lots`.
struct OfferedPosition {
  std::size_t book = 0;  ///< of the contract; of a swap, its tenor's spreadover
  std::int64_t lots = 0, piece_lots = 0;
  double margin_per_lot_bn = 0;  ///< initial margin
  double uncalled_bn = 0;        ///< what the bidder's houses will call on what it has by now, beyond what it posted
};

/// Adds a bid for each further piece at what it is worth to it with those before, in ticks of the contract (of a swap, of its rate). Ends
/// where a piece would take it over its limit, or further over it, and where cash and line do not cover its initial margin and a variation of
/// the same size.
void default_bids(const world::View& view, const Parameters& p, Dealer& dealer, const OfferedPosition& offered, std::vector<markets::PieceBid>& out);

}  // namespace haven::agents::primary_dealer
