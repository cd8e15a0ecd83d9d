// Asset managers: long futures for duration off balance sheet. They keep duration at a benchmark, lengthen when the
// premium is above what they require, and rebalance between equity and bonds.
// Rule: target = k (premium change) + r (-equity return), in futures, closed at a fixed speed (docs/model.md).
#pragma once

#include "engine/world/auction.h"
#include "engine/world/program.h"

namespace haven::agents::asset_manager {

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double premium_bn_per_bp = 0;  ///< whole population, ten-year equivalents per bp of ten-year premium
  double rebalancing_bn_per_pct = 0;  ///< bought per percent of equity return: negative buys bonds as equity falls
  double speed_per_day = 0;
  std::array<double, world::kContracts> contract_share{};
  int looks_per_day = 0;
  double child_bn = 0;  ///< largest single request or order, ten-year equivalents, $bn
  double tolerance_bp = 0;  ///< worst yield accepted against the market's mid
  world::AuctionHabit auction;
};

struct Manager : world::Client {
  double held_bn = 0;                     ///< bought since the start, ten-year equivalents

  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale, program, held_bn); }
};

/// The morning's decision: what to buy and sell today, and the first look.
void plan(const world::View& view, const Parameters& p, Manager& manager, world::Intents& out);
/// One look: a slice of the program.
void wake(const world::View& view, const Parameters& p, Manager& manager, world::Intents& out);
/// 13:00 of an auction day: its bids.
void bid(const world::View& view, const Parameters& p, const Manager& manager, const world::AuctionNotice& notice, markets::AuctionBids& out);
/// Its own result, before it owns the bonds.
void on_auction(const world::View& view, const Parameters& p, Manager& manager, const world::AuctionNotice& notice, const world::AuctionAwarded& awarded);

}  // namespace haven::agents::asset_manager
