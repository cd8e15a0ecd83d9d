#include "agents/bank/bank.h"

#include <algorithm>

namespace haven::agents::bank {

void offer(const world::View& view, const Parameters& p, const Bank& bank, world::RepoVenue venue, world::Supply& supply) {
  if (venue == world::RepoVenue::tri_party) return;
  const double share = venue == world::RepoVenue::gcf ? p.gcf_share : 1.0 - p.gcf_share;
  const double spare = std::max(0.0, view.cash_bn() - p.floor_share * bank.start_reserves_bn);
  const double whole = std::max(1e-9, (1.0 - p.floor_share) * bank.start_reserves_bn);
  const double base_bp = 100.0 * view.spec().rates.iorb_pct;
  constexpr int steps = 5;
  for (int i = 0; i < steps; ++i) {
    // Place on the demand curve: how far lending this step takes reserves from the start towards the floor.
    const double place = std::clamp(1.0 - (spare - spare * (i + 0.5) / steps) / whole, 0.0, 1.0);
    supply.push_back({base_bp + p.first_spread_bp + (p.last_spread_bp - p.first_spread_bp) * place * place, spare * share / steps});
  }
}

}  // namespace haven::agents::bank
