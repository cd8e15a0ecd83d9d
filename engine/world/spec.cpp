#include "engine/world/spec.h"

#include <array>

namespace haven::world {

const char* to_string(Kind kind) {
  static constexpr std::array<const char*, kKinds> names = {
      "primary_dealer", "custody_bank", "bank", "basis_fund", "swap_spread_fund", "principal_trading_firm",
      "government_money_fund", "prime_money_fund", "home_loan_bank", "foreign_official", "foreign_private",
      "asset_manager", "bond_fund", "liability_investor", "mortgage_hedger", "household", "customer", "noise",
      "central_counterparty", "central_bank", "treasury", "outside", "residue"};
  return names[static_cast<std::size_t>(kind)];
}

void split_off_policy(Covariance& covariance, const Nodes& policy_loading) {
  const double news = covariance.policy_sigma_bp * covariance.policy_sigma_bp;
  for (std::size_t a = 0; a < kNodes; ++a) {
    for (std::size_t b = 0; b < kNodes; ++b) {
      covariance.learned[a][b] = covariance.sigma_bp[a] * covariance.sigma_bp[b] * covariance.correlation[a][b] - news * policy_loading[a] * policy_loading[b];
    }
  }
  const double ten_year = covariance.learned[kTenYearNode][kTenYearNode];
  for (Nodes& row : covariance.learned) {
    for (double& element : row) element /= ten_year;
  }
}

const char* to_string(Channel channel) {
  static constexpr std::array<const char*, kChannels> names = {
      "fundamental", "basis_unwind", "swap_spread_unwind", "dealer_leverage", "dealer_var", "fast_trader_withdrawal",
      "margin_procyclicality", "haircut_procyclicality", "fund_redemption", "foreign_selling", "collateral_chain",
      "fiscal_premium"};
  return names[static_cast<std::size_t>(channel)];
}

}  // namespace haven::world
