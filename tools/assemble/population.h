// Parameters of each kind, from their config messages.
#pragma once

#include <string>

#include "agents/list.h"
#include "configs/schema/population.pb.h"
#include "tools/assemble/loader.h"

namespace haven::assemble {

void fill(agents::primary_dealer::Parameters& p, const config::PrimaryDealer& m, const LoadedConfig& config, const std::string& path);
void fill(agents::custody_bank::Parameters& p, const config::CustodyBank& m, const LoadedConfig& config, const std::string& path);
void fill(agents::bank::Parameters& p, const config::Bank& m, const LoadedConfig& config, const std::string& path);
void fill(agents::basis_fund::Parameters& p, const config::BasisFund& m, const LoadedConfig& config, const std::string& path);
void fill(agents::swap_spread_fund::Parameters& p, const config::SwapSpreadFund& m, const LoadedConfig& config, const std::string& path);
void fill(agents::principal_trading_firm::Parameters& p, const config::PrincipalTradingFirm& m, const LoadedConfig& config, const std::string& path);
void fill(agents::money_fund::Parameters& p, const config::MoneyFund& m, const LoadedConfig& config, const std::string& path);
void fill(agents::home_loan_bank::Parameters& p, const config::HomeLoanBank& m, const LoadedConfig& config, const std::string& path);
void fill(agents::foreign_official::Parameters& p, const config::ForeignOfficial& m, const LoadedConfig& config, const std::string& path);
void fill(agents::foreign_private::Parameters& p, const config::ForeignPrivate& m, const LoadedConfig& config, const std::string& path);
void fill(agents::asset_manager::Parameters& p, const config::AssetManager& m, const LoadedConfig& config, const std::string& path);
void fill(agents::bond_fund::Parameters& p, const config::BondFund& m, const LoadedConfig& config, const std::string& path);
void fill(agents::liability_investor::Parameters& p, const config::LiabilityInvestor& m, const LoadedConfig& config, const std::string& path);
void fill(agents::mortgage_hedger::Parameters& p, const config::MortgageHedger& m, const LoadedConfig& config, const std::string& path);
void fill(agents::household::Parameters& p, const config::Household& m, const LoadedConfig& config, const std::string& path);
void fill(agents::customer::Parameters& p, const config::Customer& m, const LoadedConfig& config, const std::string& path);
void fill(agents::noise::Parameters& p, const config::Noise& m, const LoadedConfig& config, const std::string& path);
void fill(agents::central_counterparty::Parameters& p, const config::CentralCounterparty& m, const LoadedConfig& config, const std::string& path);
void fill(agents::central_bank::Parameters& p, const config::CentralBank& m, const LoadedConfig& config, const std::string& path);

}  // namespace haven::assemble
