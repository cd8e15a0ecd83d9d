#include "agents/custody_bank/custody_bank.h"

#include <algorithm>

namespace haven::agents::custody_bank {

void offer(const world::View& view, const Parameters& p, const Custodian& custodian, world::RepoVenue venue, world::Supply& supply) {
  (void)custodian;
  if (venue != world::RepoVenue::dvp) return;
  // Cleared lending nets at the clearing house, but the cash lent is exposure until it is: the desk's room bounds it.
  const double room = view.spec().is_frozen(world::Channel::dealer_leverage) || view.own().leverage_capacity_bn == 0 ? 1e9 : std::max(0.0, view.own().leverage_capacity_bn - view.own().leverage_exposure_bn);
  const double cash = std::min(std::max(0.0, view.morning_cash_bn()) * p.lend_share, room);
  const double base_bp = 100.0 * view.spec().rates.iorb_pct + p.spread_sd_bp * view.trait(0);
  for (int i = 0; i < 3; ++i) supply.push_back({base_bp + p.spread_bp + p.slope_bp * (i + 0.5) / 3.0, cash / 3.0});
}

}  // namespace haven::agents::custody_bank
