// Pensions, insurers and other liability-driven investors: slow value demand for duration. They hold duration in
// proportion to the market premium over the premium they require, and take part of it by receiving fixed in swaps.
// Rule: target_n = k w_n (premium_n - required_n), traded at a fixed share of the gap a day (docs/model.md, "Real money").
// What it holds in a sector it chooses by price: older bonds that have cheapened against the curve are bought, those that
// have richened sold, against the newest bonds of the same maturities as far as it has any.
#pragma once

#include "engine/world/auction.h"
#include "engine/world/program.h"

namespace haven::agents::liability_investor {

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double demand_bn_per_bp = 0;  ///< $bn ten-year equivalents per bp of ten-year premium, whole population
  double speed_per_day = 0;  ///< share of the gap closed in a day
  double swap_share = 0;  ///< of the gap taken by receiving fixed instead of buying
  double on_the_run_share = 0;
  double selection_bn_per_bp = 0;  ///< $bn ten-year equivalents of older bonds per bp that they yield more over the curve than at the start, whole population
  world::Nodes node_share{};
  int looks_per_day = 0;
  double child_bn = 0;  ///< largest single request or order, ten-year equivalents, $bn
  double tolerance_bp = 0;  ///< worst yield accepted against the market's mid
  world::AuctionHabit auction;
};

struct Investor : world::Client {
  world::Nodes held_bn{};                 ///< ten-year equivalents bought since the start, by node
  world::Nodes start_required_bp{};
  std::array<double, world::kBaskets> selected_bn{};      ///< older bonds bought for their price since the start, ten-year equivalents
  std::uint8_t started = 0;

  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale, program, held_bn, start_required_bp, selected_bn, started); }
};

/// The morning's decision: what to buy and sell today, and the first look.
void plan(const world::View& view, const Parameters& p, Investor& investor, world::Intents& out);
/// One look: a slice of the program.
void wake(const world::View& view, const Parameters& p, Investor& investor, world::Intents& out);
/// 13:00 of an auction day: its bids.
void bid(const world::View& view, const Parameters& p, const Investor& investor, const world::AuctionNotice& notice, markets::AuctionBids& out);
/// Its own result, before it owns the bonds. Returns the lots of the award that its program of the day had still to buy.
std::int64_t on_auction(const world::View& view, const Parameters& p, Investor& investor, const world::AuctionNotice& notice, const world::AuctionAwarded& awarded);

}  // namespace haven::agents::liability_investor
