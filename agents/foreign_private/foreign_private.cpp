#include "agents/foreign_private/foreign_private.h"

#include <algorithm>
#include <cmath>

namespace haven::agents::foreign_private {

void plan(const world::View& view, const Parameters& p, Investor& investor, world::Intents& out) {
  const auto& spec = view.spec();
  investor.program.clear();
  for (std::size_t s = 0; s < world::kSecurities; ++s) investor.program.cash[s] -= view.own().need_lots[s];
  double target = 0;
  if (!spec.is_frozen(world::Channel::foreign_selling)) {
    const double pickup = view.node_yield_bp(world::kTenYearNode) - spec.start_yield_bp[world::kTenYearNode] - view.outside().foreign_hedged_bp;
    const double sigma = view.realised_sigma_bp(world::kTenYearNode) / view.calm_sigma_bp(world::kTenYearNode);
    target = investor.scale * (p.pickup_bn_per_bp * pickup - p.var_bn * std::clamp(sigma - 1.0, -0.5, 3.0) - p.confidence_bn * view.outside().confidence_lost);
  }
  const double today = p.speed_per_day * (target - investor.held_bn);
  investor.held_bn += today;
  for (std::size_t n = 0; n < world::kNodes; ++n) world::add_duration(spec, investor.program, n, today * p.node_share[n], 0.3);
  world::work_program(view, investor, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

void wake(const world::View& view, const Parameters& p, Investor& investor, world::Intents& out) {
  world::work_program(view, investor, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

}  // namespace haven::agents::foreign_private
