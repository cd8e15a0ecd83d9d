#include "agents/bank/bank.h"

#include <algorithm>

namespace haven::agents::bank {

double reserve_value_bp(double reserves_bn, double floor_bn, double payment_sd_bn, double overdraft_spread_bp) {
  return overdraft_spread_bp * base::normal_cdf((floor_bn - reserves_bn) / std::max(1e-9, payment_sd_bn));
}

void offer(const world::View& view, const Parameters& p, const Bank& bank, world::RepoVenue venue, world::Supply& supply) {
  if (venue == world::RepoVenue::tri_party || static_cast<int>(view.index_in_kind()) >= p.repo_lenders) return;
  const double share = venue == world::RepoVenue::gcf ? p.gcf_share : 1.0 - p.gcf_share;
  const auto& rates = view.spec().rates;
  const double overdraft_spread_bp = 100.0 * (rates.overnight_overdraft_pct - rates.iorb_pct);
  const double place = (view.index_in_kind() + 0.5) / p.repo_lenders;
  const double own_bp = 100.0 * rates.iorb_pct + p.least_spread_bp + (p.most_spread_bp - p.least_spread_bp) * place;
  const double common_share = std::clamp(p.floor_share + p.intraday_share + p.floor_sd * view.trait(0), 0.0, 1.0);
  const double floor_bn = bank.start_reserves_bn * (bank.own_floor_share < 0 ? common_share : bank.own_floor_share);
  const double sd_bn = bank.start_reserves_bn * p.payment_sd;
  // Down from what it has: in one piece where a dollar is worth nothing, then in steps of a quarter of a standard deviation.
  constexpr double safe_sds = 4, step_sds = 0.25;
  double left = std::max(0.0, view.morning_cash_bn());
  const double safe_bn = floor_bn + safe_sds * sd_bn;
  if (left > safe_bn) {
    supply.push_back({own_bp, (left - safe_bn) * share});
    left = safe_bn;
  }
  const double step_bn = step_sds * sd_bn;
  while (left > 1e-3 && left > floor_bn - safe_sds * sd_bn) {
    const double lent = std::min(step_bn, left);
    supply.push_back({own_bp + reserve_value_bp(left - 0.5 * lent, floor_bn, sd_bn, overdraft_spread_bp), lent * share});
    left -= lent;
  }
}

}  // namespace haven::agents::bank
