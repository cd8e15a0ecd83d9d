// Bond mutual funds: investors redeem after losses, the fund sells what is liquid first.
// Rule: redemptions of day t = f1 max(0, loss over the last days) of assets, sold over the day, on-the-runs first
// (flow-performance; docs/model.md, "Bond funds").
#pragma once

#include "engine/world/auction.h"
#include "engine/world/program.h"

namespace haven::agents::bond_fund {

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double assets_bn = 0;  ///< whole population, Treasury holdings
  double redemption_per_loss = 0;  ///< share of assets redeemed per unit of loss over the memory
  double memory_days = 0;
  double loss_threshold = 0;  ///< losses below this share of value move nobody
  double duration_years = 0;
  double on_the_run_share = 0;
  int looks_per_day = 0;
  double child_bn = 0;  ///< largest single request or order, ten-year equivalents, $bn
  double tolerance_bp = 0;  ///< worst yield accepted against the market's mid
  world::AuctionHabit auction;
};

struct Fund : world::Client {
  double loss_memory = 0;                 ///< decayed sum of relative price losses
  double last_yield_bp = 0;
  double redeemed_bn = 0;

  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale, program, loss_memory, last_yield_bp, redeemed_bn); }
};

/// The morning's decision: what to buy and sell today, and the first look.
void plan(const world::View& view, const Parameters& p, Fund& fund, world::Intents& out);
/// One look: a slice of the program.
void wake(const world::View& view, const Parameters& p, Fund& fund, world::Intents& out);
/// 13:00 of an auction day: its bids.
void bid(const world::View& view, const Parameters& p, const Fund& fund, const world::AuctionNotice& notice, markets::AuctionBids& out);

}  // namespace haven::agents::bond_fund
