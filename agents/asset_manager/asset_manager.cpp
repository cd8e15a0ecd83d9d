#include "agents/asset_manager/asset_manager.h"

#include <algorithm>
#include <cmath>

namespace haven::agents::asset_manager {

void plan(const world::View& view, const Parameters& p, Manager& manager, world::Intents& out) {
  const auto& spec = view.spec();
  const double premium = view.premium_change_bp(world::kTenYearNode);
  const double target = manager.scale * (p.premium_bn_per_bp * premium + p.rebalancing_bn_per_pct * 100.0 * view.outside().equity_log_return);
  const double today = p.speed_per_day * (target - manager.held_bn);
  manager.held_bn += today;
  for (std::size_t c = 0; c < world::kContracts; ++c) {
    const auto& instrument = spec.books[world::kNodes + c];
    manager.program.futures[c] += static_cast<std::int64_t>(today * p.contract_share[c] * 1e4 / instrument.ten_year_equivalent) / instrument.lot_multiple * instrument.lot_multiple;
  }
  world::work_program(view, manager, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

void wake(const world::View& view, const Parameters& p, Manager& manager, world::Intents& out) {
  world::work_program(view, manager, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

}  // namespace haven::agents::asset_manager
