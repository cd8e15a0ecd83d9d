#include "agents/liability_investor/liability_investor.h"

#include <algorithm>
#include <cmath>

namespace haven::agents::liability_investor {

void plan(const world::View& view, const Parameters& p, Investor& investor, world::Intents& out) {
  const auto& spec = view.spec();
  for (std::size_t n = 0; n < world::kNodes && !investor.started; ++n) {
    investor.start_required_bp[n] = world::required_premium_bp(spec.beliefs, view.outside(), n);
  }
  investor.started = 1;
  for (std::size_t n = 0; n < world::kNodes; ++n) {
    const double required = spec.is_frozen(world::Channel::fundamental)
                                ? 0.0
                                : world::required_premium_bp(spec.beliefs, view.outside(), n) - investor.start_required_bp[n];
    const double gap_bp = view.premium_change_bp(n) - required;
    const double target_bn = p.demand_bn_per_bp * investor.scale * p.node_share[n] * gap_bp;
    const double today_bn = p.speed_per_day * (target_bn - investor.held_bn[n]);
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

}  // namespace haven::agents::liability_investor
