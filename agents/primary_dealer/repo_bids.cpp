#include "agents/primary_dealer/repo_bids.h"

#include <algorithm>

namespace haven::agents::primary_dealer {

void repo_bids(const world::View& view, const Parameters& p, double need_bn, double facility_bn, world::Demand& demand) {
  const auto& rates = view.spec().rates;
  const double reluctance_bp = std::max(0.0, p.facility_reluctance_bp + p.facility_reluctance_sd_bp * view.trait(0));
  const double overdraft_bp = 100.0 * rates.overnight_overdraft_pct;
  double left = need_bn;
  const auto bid = [&](double rate_bp, double cash_bn) {
    const double cash = std::clamp(cash_bn, 0.0, left);
    if (cash > 0) demand.push_back({std::min(rate_bp, overdraft_bp), cash});
    left -= cash;
  };
  bid(100.0 * rates.standing_repo_pct + reluctance_bp, facility_bn);
  bid(100.0 * rates.iorb_pct + view.line_spread_bp() + reluctance_bp, view.line_undrawn_bn());
  bid(overdraft_bp, left);
}

}  // namespace haven::agents::primary_dealer
