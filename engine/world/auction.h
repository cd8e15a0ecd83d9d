// What an institution knows of a Treasury auction, and the parts of an investor's bid that all kinds of investors share.
#pragma once

#include "engine/base/random.h"
#include "engine/markets/auction.h"
#include "engine/world/program.h"

namespace haven::world {

/// Times of day: an auction's announcement, from which it may be traded when-issued, and its bids' deadline.
constexpr base::Duration kAnnouncement = base::hours(11), kBidsDue = base::hours(13);

/// Public before the auction.
struct AuctionNotice {
  std::size_t security = 0;  ///< the on-the-run that is reopened; its node is the same index
  double offered_bn = 0;
  int dealers = 1;           ///< primary dealers that may bid
};

/// One bidder's own result.
struct AuctionAwarded {
  double high_yield_bp = 0;
  double bn = 0;
};

/// How a population takes part.
struct AuctionHabit {
  double share = 0;   ///< awards over what would keep its share of the coupon debt in private hands
  double spread = 0;  ///< an institution's need at one auction lies uniformly within 1 -+ spread of the usual
};

/// An investor's demand at a yield, $bn face: what it needs anyway, what its program would buy of this bond today, and what its
/// rule trades at that yield, which may be a sale.
struct AuctionDemand {
  double need_bn = 0, program_bn = 0;
  double rule_bn = 0;         ///< at the when-issued yield
  double rule_bn_per_bp = 0;  ///< more as the yield rises

  double rule_at(double over_bp) const { return rule_bn + rule_bn_per_bp * over_bp; }
  /// `over_bp`: yield over the when-issued yield.
  double at(double over_bp) const;
  /// Of an award of `bn` at `over_bp`, what comes out of the program; needs come first.
  double from_program(double bn) const;
  /// What the rule has traded by it: a rule that sells has sold as much as it took off the bid.
  double by_rule(double bn, double over_bp) const;
};

/// The market's yield of the bond to be auctioned, bp: the when-issued book's; without one the on-the-run's, which is reopened; no roll.
inline double when_issued_bp(const View& view, const AuctionNotice& notice) { return view.when_issued_bp(notice.security); }
/// The institution's draw number `which` of this auction, uniform in (0, 1).
double auction_draw(const View& view, const base::Draws& draws, const AuctionNotice& notice, std::uint32_t which);
/// What it needs anyway this time, $bn: its share of the coupon debt in private hands, of the offering, by its population's habit.
double auction_need_bn(const View& view, const base::Draws& draws, const AuctionNotice& notice, const AuctionHabit& habit);
/// What its program still buys of the auctioned bond, $bn.
inline double auction_program_bn(const Program& program, const AuctionNotice& notice) {
  return program.cash[notice.security] > 0 ? static_cast<double>(program.cash[notice.security]) * 1e-4 : 0.0;
}
/// Bids along a demand: first at most `tolerance_bp` through the when-issued yield (a draw), then more at it and above it.
void bid_along(const View& view, const base::Draws& draws, const AuctionNotice& notice, const AuctionDemand& demand, double tolerance_bp,
               markets::BidderClass from, markets::AuctionBids& out);

}  // namespace haven::world
