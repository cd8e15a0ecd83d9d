#include "agents/money_fund/money_fund.h"

#include <algorithm>

namespace haven::agents::money_fund {

double investor_flow_bn(const world::View& view, const Parameters& p, Fund& fund) {
  const double fear = std::max(0.0, view.outside().uncertainty - view.spec().start_uncertainty);
  const double target = fund.start_assets_bn * std::max(0.3, 1.0 + p.flight_share * fear / 10.0);
  const double flow = 0.2 * (target - fund.assets_bn);
  fund.assets_bn += flow;
  return flow;
}

void offer(const world::View& view, const Parameters& p, const Fund& fund, world::RepoVenue venue, world::Supply& supply) {
  if (venue == world::RepoVenue::gcf) return;
  const double share = venue == world::RepoVenue::dvp ? p.sponsored_share : 1.0 - p.sponsored_share;
  const double cash = std::max(0.0, std::min(view.morning_cash_bn(), fund.assets_bn * p.repo_share)) * share;
  const double floor_bp = 100.0 * view.spec().rates.on_rrp_pct;
  const double own_bp = p.spread_sd_bp * view.trait(0);
  constexpr int steps = 6;
  for (int i = 0; i < steps; ++i) {
    const double place = (i + 0.5) / steps;
    const double spread_bp = own_bp + p.first_spread_bp + (p.last_spread_bp - p.first_spread_bp) * place * place;
    supply.push_back({floor_bp + std::max(0.0, spread_bp), cash / steps});
  }
}

}  // namespace haven::agents::money_fund
