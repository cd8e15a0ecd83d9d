#include "agents/bond_fund/bond_fund.h"

#include <algorithm>
#include <cmath>

namespace haven::agents::bond_fund {

void plan(const world::View& view, const Parameters& p, Fund& fund, world::Intents& out) {
  const double y = view.node_yield_bp(3);
  if (fund.last_yield_bp != 0) {
    fund.loss_memory *= 1.0 - 1.0 / p.memory_days;
    fund.loss_memory += (y - fund.last_yield_bp) * 1e-4 * p.duration_years;
  }
  fund.last_yield_bp = y;
  if (view.spec().is_frozen(world::Channel::fund_redemption)) return world::work_program(view, fund, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
  const double redeemed = p.assets_bn * fund.scale * p.redemption_per_loss * std::max(0.0, fund.loss_memory - p.loss_threshold);
  fund.redeemed_bn += redeemed;
  for (std::size_t n = 1; n < 5; ++n) world::add_duration(view.spec(), fund.program, n, -0.25 * redeemed * p.duration_years / 8.0, p.on_the_run_share);
  world::work_program(view, fund, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

void wake(const world::View& view, const Parameters& p, Fund& fund, world::Intents& out) {
  world::work_program(view, fund, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

void bid(const world::View& view, const Parameters& p, const Fund& fund, const world::AuctionNotice& notice, markets::AuctionBids& out) {
  world::AuctionDemand demand;
  demand.need_bn = world::auction_need_bn(view, fund.draws, notice, p.auction);
  world::bid_along(view, fund.draws, notice, demand, p.tolerance_bp, markets::BidderClass::indirect, out);
}

}  // namespace haven::agents::bond_fund
