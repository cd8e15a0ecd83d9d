#include "agents/asset_manager/asset_manager.h"

#include <algorithm>
#include <cmath>

namespace haven::agents::asset_manager {
namespace {

// What it would have bought since the start, ten-year equivalents.
double target_bn(const world::View& view, const Parameters& p, const Manager& manager) {
  const double premium = view.premium_change_bp(world::kTenYearNode);
  return manager.scale * (p.premium_bn_per_bp * premium + p.rebalancing_bn_per_pct * 100.0 * view.outside().equity_log_return);
}

// At an auction it may take in bonds what it would buy in the futures of that point of the curve.
world::AuctionDemand auction_demand(const world::View& view, const Parameters& p, const Manager& manager, const world::AuctionNotice& notice) {
  const auto& spec = view.spec();
  double share = 0;
  for (std::size_t c = 0; c < world::kContracts; ++c) share += p.contract_share[c] * spec.securities[spec.contracts[c].basket].weight[notice.security];
  const double face = p.speed_per_day * share / spec.securities[notice.security].ten_year_equivalent;
  world::AuctionDemand demand;
  demand.need_bn = world::auction_need_bn(view, manager.draws, notice, p.auction);
  demand.rule_bn = face * (target_bn(view, p, manager) - manager.held_bn);
  demand.rule_bn_per_bp = face * p.premium_bn_per_bp * manager.scale;
  return demand;
}

}  // namespace

void plan(const world::View& view, const Parameters& p, Manager& manager, world::Intents& out) {
  const auto& spec = view.spec();
  const double today = p.speed_per_day * (target_bn(view, p, manager) - manager.held_bn);
  manager.held_bn += today;
  for (std::size_t c = 0; c < world::kContracts; ++c) {
    const auto& instrument = spec.books[view.lead_book(world::kNodes + c)];
    manager.program.futures[view.lead_listing(c)] += static_cast<std::int64_t>(today * p.contract_share[c] * 1e4 / instrument.ten_year_equivalent) / instrument.lot_multiple * instrument.lot_multiple;
  }
  world::work_program(view, manager, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

void wake(const world::View& view, const Parameters& p, Manager& manager, world::Intents& out) {
  world::work_program(view, manager, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

void bid(const world::View& view, const Parameters& p, const Manager& manager, const world::AuctionNotice& notice, markets::AuctionBids& out) {
  world::bid_along(view, manager.draws, notice, auction_demand(view, p, manager, notice), p.tolerance_bp, markets::BidderClass::direct, out);
}

void on_auction(const world::View& view, const Parameters& p, Manager& manager, const world::AuctionNotice& notice, const world::AuctionAwarded& awarded) {
  const world::AuctionDemand demand = auction_demand(view, p, manager, notice);
  const double over_bp = awarded.high_yield_bp - world::when_issued_bp(view, notice);
  manager.held_bn += demand.by_rule(awarded.bn, over_bp) * view.spec().securities[notice.security].ten_year_equivalent;
}

}  // namespace haven::agents::asset_manager
