#include "agents/liability_investor/liability_investor.h"

#include <algorithm>
#include <cmath>

namespace haven::agents::liability_investor {
namespace {

// What it would have bought of a node since the start, ten-year equivalents.
double target_bn(const world::View& view, const Parameters& p, const Investor& investor, std::size_t n) {
  const auto& spec = view.spec();
  const double required = spec.is_frozen(world::Channel::fundamental)
                              ? 0.0
                              : world::required_premium_bp(spec.beliefs, view.outside(), n) - investor.start_required_bp[n];
  const double gap_bp = view.premium_change_bp(n) - required;
  return p.demand_bn_per_bp * investor.scale * p.node_share[n] * gap_bp;
}

// The part of its rule that it trades in bonds, not in swaps.
world::AuctionDemand auction_demand(const world::View& view, const Parameters& p, const Investor& investor, const world::AuctionNotice& notice) {
  const std::size_t n = notice.security;
  const double face = p.speed_per_day * (1.0 - p.swap_share) / view.spec().securities[n].ten_year_equivalent;
  world::AuctionDemand demand;
  demand.need_bn = world::auction_need_bn(view, investor.draws, notice, p.auction);
  demand.program_bn = world::auction_program_bn(investor.program, notice);
  demand.rule_bn = face * (target_bn(view, p, investor, n) - investor.held_bn[n]);
  demand.rule_bn_per_bp = face * p.demand_bn_per_bp * investor.scale * p.node_share[n];
  return demand;
}

}  // namespace

void plan(const world::View& view, const Parameters& p, Investor& investor, world::Intents& out) {
  const auto& spec = view.spec();
  for (std::size_t n = 0; n < world::kNodes && !investor.started; ++n) {
    investor.start_required_bp[n] = world::required_premium_bp(spec.beliefs, view.outside(), n);
  }
  investor.started = 1;
  for (std::size_t n = 0; n < world::kNodes; ++n) {
    const double today_bn = p.speed_per_day * (target_bn(view, p, investor, n) - investor.held_bn[n]);
    investor.held_bn[n] += today_bn;
    // Receiving fixed: sell the package, buy the Treasury leg; net of the Treasury it is the swap alone.
    world::add_duration(spec, investor.program, n, today_bn, p.on_the_run_share);
    const double lots = -p.swap_share * today_bn * 1e4 / spec.books[world::kOutrightBooks + n].ten_year_equivalent;
    investor.program.packages[n] += static_cast<std::int64_t>(lots);
  }
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
  investor.held_bn[notice.security] += demand.by_rule(awarded.bn, over_bp) * view.spec().securities[notice.security].ten_year_equivalent;
  return static_cast<std::int64_t>(demand.from_program(awarded.bn) * 1e4);
}

}  // namespace haven::agents::liability_investor
