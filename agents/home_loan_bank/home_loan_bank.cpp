#include "agents/home_loan_bank/home_loan_bank.h"

#include <algorithm>

namespace haven::agents::home_loan_bank {

void offer(const world::View& view, const Parameters& p, const Lender& lender, world::RepoVenue venue, world::Supply& supply) {
  (void)lender;
  if (venue == world::RepoVenue::tri_party) return;
  const double cash = std::max(0.0, view.morning_cash_bn()) * p.lend_share * 0.5;
  const double base_bp = 100.0 * view.spec().rates.iorb_pct + p.spread_sd_bp * view.trait(0);
  for (int i = 0; i < 3; ++i) supply.push_back({base_bp + p.spread_bp + p.slope_bp * (i + 0.5) / 3.0, cash / 3.0});
}

}  // namespace haven::agents::home_loan_bank
