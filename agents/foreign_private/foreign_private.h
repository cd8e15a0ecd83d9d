// Foreign private investors: compare the FX-hedged Treasury yield with home bonds, hold less when volatility uses up
// their value-at-risk or confidence is lost, and meet outside instructions where data give them.
// Rule: target = a (pickup change) - v (sigma/sigma_calm - 1) - c lost, closed at a fixed speed (docs/model.md).
#pragma once

#include "engine/world/auction.h"
#include "engine/world/program.h"

namespace haven::agents::foreign_private {

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double pickup_bn_per_bp = 0;  ///< whole population, ten-year equivalents per bp of hedged pickup
  double var_bn = 0;  ///< sold per unit of relative volatility above calm
  double confidence_bn = 0;  ///< sold in the end at wholly lost confidence
  double speed_per_day = 0;
  world::Nodes node_share{};
  int looks_per_day = 0;
  double child_bn = 0;  ///< largest single request or order, ten-year equivalents, $bn
  double tolerance_bp = 0;  ///< worst yield accepted against the market's mid
  world::AuctionHabit auction;
};

struct Investor : world::Client {
  double held_bn = 0;                     ///< bought since the start, ten-year equivalents

  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale, program, held_bn); }
};

/// The morning's decision: what to buy and sell today, and the first look.
void plan(const world::View& view, const Parameters& p, Investor& investor, world::Intents& out);
/// One look: a slice of the program.
void wake(const world::View& view, const Parameters& p, Investor& investor, world::Intents& out);
/// 13:00 of an auction day: its bids.
void bid(const world::View& view, const Parameters& p, const Investor& investor, const world::AuctionNotice& notice, markets::AuctionBids& out);
/// Its own result, before it owns the bonds. Returns the lots of the award that its program of the day had still to buy.
std::int64_t on_auction(const world::View& view, const Parameters& p, Investor& investor, const world::AuctionNotice& notice, const world::AuctionAwarded& awarded);

}  // namespace haven::agents::foreign_private
