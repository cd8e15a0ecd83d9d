// Foreign official holders: central banks and sovereign funds. They hold mostly off-the-runs and bills, meet outside
// instructions (reserve needs the scenario gives from data), and raise dollars faster as confidence is lost.
#pragma once

#include "engine/world/auction.h"
#include "engine/world/program.h"

namespace haven::agents::foreign_official {

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double confidence_sale_bn_per_day = 0;  ///< whole population, at wholly lost confidence, face
  double bill_share = 0;  ///< of confidence sales
  int looks_per_day = 0;
  double child_bn = 0;  ///< largest single request or order, ten-year equivalents, $bn
  double tolerance_bp = 0;  ///< worst yield accepted against the market's mid
  world::AuctionHabit auction;
};

struct Reserve : world::Client {
  double sold_bn = 0;                     ///< since the start, beyond instructions

  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale, program, sold_bn); }
};

/// The morning's decision: what to buy and sell today, and the first look.
void plan(const world::View& view, const Parameters& p, Reserve& reserve, world::Intents& out);
/// One look: a slice of the program.
void wake(const world::View& view, const Parameters& p, Reserve& reserve, world::Intents& out);
/// 13:00 of an auction day: its bids.
void bid(const world::View& view, const Parameters& p, const Reserve& reserve, const world::AuctionNotice& notice, markets::AuctionBids& out);
/// Its own result, before it owns the bonds. Returns the lots of the award that its program of the day had still to buy.
std::int64_t on_auction(const world::View& view, const Parameters& p, const Reserve& reserve, const world::AuctionNotice& notice, const world::AuctionAwarded& awarded);

}  // namespace haven::agents::foreign_official
