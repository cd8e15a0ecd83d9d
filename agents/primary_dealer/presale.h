// A primary dealer sells ahead what it expects to be awarded at an auction (docs/decisions/0030).
#pragma once

#include "agents/primary_dealer/primary_dealer.h"

namespace haven::agents::primary_dealer {

/// What it expects to be awarded of a tenor's next auction: its part by size of what dealers usually get, lots. Requires an open when-issued book.
std::int64_t expected_award_lots(const world::View& view, const Dealer& dealer, std::size_t node);
/// Clients' minutes (kFirstLookMinute to kLastLookMinute of trading days) from `from` to 13:00 of the day of the auction.
double minutes_to_auction(const world::View& view, std::size_t node, base::Time from);
/// Sends what is to be sold ahead by now, to the best bids of the when-issued books: the same part of the expected award each minute from the
/// announcement to the auction, in pieces of its interdealer quote, at no more yield over its own view than the whole award would cost it to carry.
void presell(const world::View& view, const Parameters& p, const Dealer& dealer, world::Intents& out);
/// It sold so many lots when-issued.
inline void on_presale(Dealer& dealer, std::size_t node, std::int64_t lots) { dealer.presold_lots[node] += lots; }

}  // namespace haven::agents::primary_dealer
