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

// Older bonds for newer ones, by how much more they yield over the curve than at the start.
void select(const world::View& view, const Parameters& p, Investor& investor) {
  const auto& spec = view.spec();
  double all = 0;
  std::array<double, world::kBaskets> share{};
  for (std::size_t b = 0; b < world::kBaskets; ++b) {
    for (std::size_t n = 0; n < world::kNodes; ++n) share[b] += spec.securities[world::kNodes + b].weight[n] * p.node_share[n];
    all += share[b];
  }
  for (std::size_t b = 0; b < world::kBaskets && all > 0; ++b) {
    const auto& basket = spec.securities[world::kNodes + b];
    if (view.basket(b).mid_bp == 0) continue;
    // A switch has two legs, each of which may cost the tolerance: what is less is left alone.
    const double over_bp = view.basket(b).mid_bp - view.curve_bp(basket.weight) - basket.spread_bp;
    const double cheap_bp = over_bp - std::clamp(over_bp, -2.0 * p.tolerance_bp, 2.0 * p.tolerance_bp);
    const double owned_bn = static_cast<double>(view.holding_lots(world::kNodes + b)) * 1e-4 * basket.ten_year_equivalent;
    const double target = p.selection_bn_per_bp * investor.scale * share[b] / all * cheap_bp;
    const double today_bn = std::max(p.speed_per_day * (target - investor.selected_bn[b]), -owned_bn);
    investor.selected_bn[b] += today_bn;
    world::add_face(investor.program, world::kNodes + b, today_bn / basket.ten_year_equivalent);
    for (std::size_t n = 0; n < world::kNodes; ++n) {
      const double ten = spec.securities[n].ten_year_equivalent;
      const double held_bn = std::max(0.0, static_cast<double>(view.holding_lots(n) + std::min<std::int64_t>(0, investor.program.cash[n])) * 1e-4 * ten);
      world::add_face(investor.program, n, -std::min(basket.weight[n] * today_bn, held_bn) / ten);
    }
  }
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
  select(view, p, investor);
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
