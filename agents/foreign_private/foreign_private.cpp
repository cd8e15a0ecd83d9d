#include "agents/foreign_private/foreign_private.h"

#include <algorithm>
#include <cmath>

namespace haven::agents::foreign_private {
namespace {

// What it would have bought since the start, ten-year equivalents.
double target_bn(const world::View& view, const Parameters& p, const Investor& investor) {
  const auto& spec = view.spec();
  if (spec.is_frozen(world::Channel::foreign_selling)) return 0;
  const double pickup = view.node_yield_bp(world::kTenYearNode) - spec.start_yield_bp[world::kTenYearNode] - view.outside().foreign_hedged_bp;
  const double sigma = view.realised_sigma_bp(world::kTenYearNode) / view.calm_sigma_bp(world::kTenYearNode);
  return investor.scale * (p.pickup_bn_per_bp * pickup - p.var_bn * std::clamp(sigma - 1.0, -0.5, 3.0) - p.confidence_bn * view.outside().confidence_lost);
}

world::AuctionDemand auction_demand(const world::View& view, const Parameters& p, const Investor& investor, const world::AuctionNotice& notice) {
  const double face = p.speed_per_day * p.node_share[notice.security] / view.spec().securities[notice.security].ten_year_equivalent;
  world::AuctionDemand demand;
  demand.need_bn = world::auction_need_bn(view, investor.draws, notice, p.auction);
  demand.program_bn = world::auction_program_bn(investor.program, notice);
  demand.rule_bn = face * (target_bn(view, p, investor) - investor.held_bn);
  if (!view.spec().is_frozen(world::Channel::foreign_selling)) demand.rule_bn_per_bp = std::max(0.0, face * p.pickup_bn_per_bp * investor.scale);
  return demand;
}

}  // namespace

void plan(const world::View& view, const Parameters& p, Investor& investor, world::Intents& out) {
  const auto& spec = view.spec();
  investor.program.clear();
  for (std::size_t s = 0; s < world::kSecurities; ++s) investor.program.cash[s] -= view.own().need_lots[s];
  const double today = p.speed_per_day * (target_bn(view, p, investor) - investor.held_bn);
  investor.held_bn += today;
  for (std::size_t n = 0; n < world::kNodes; ++n) world::add_duration(spec, investor.program, n, today * p.node_share[n], 0.3);
  world::work_program(view, investor, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

void wake(const world::View& view, const Parameters& p, Investor& investor, world::Intents& out) {
  world::work_program(view, investor, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

void bid(const world::View& view, const Parameters& p, const Investor& investor, const world::AuctionNotice& notice, markets::AuctionBids& out) {
  world::bid_along(view, investor.draws, notice, auction_demand(view, p, investor, notice), p.tolerance_bp, markets::BidderClass::indirect, out);
}

std::int64_t on_auction(const world::View& view, const Parameters& p, Investor& investor, const world::AuctionNotice& notice, const world::AuctionAwarded& awarded) {
  const world::AuctionDemand demand = auction_demand(view, p, investor, notice);
  const double over_bp = awarded.high_yield_bp - world::when_issued_bp(view, notice);
  investor.held_bn += demand.by_rule(awarded.bn, over_bp) * view.spec().securities[notice.security].ten_year_equivalent;
  return static_cast<std::int64_t>(demand.from_program(awarded.bn) * 1e4);
}

}  // namespace haven::agents::foreign_private
